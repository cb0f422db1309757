"""Bringing data: files that people upload or point to, checked by a run, kept as a collection that is theirs."""
