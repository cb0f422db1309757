"""Data that people bring: what is wrong with a file, what it holds, and the same in a form made for the cloud."""
