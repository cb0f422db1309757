"""Upkeep: looking after a home: doctor, gc, backup and restore."""
