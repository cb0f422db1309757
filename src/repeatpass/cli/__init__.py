"""The command line: the same house, from a terminal."""

from repeatpass.cli.main import main

__all__ = ["main"]
