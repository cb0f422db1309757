"""Schedules: when indicators are due, one clock, and who is told when something is late."""
