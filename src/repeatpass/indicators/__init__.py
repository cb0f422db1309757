"""Indicators: values in place and time, each traced to the run that made it."""
