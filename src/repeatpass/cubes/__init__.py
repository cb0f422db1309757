"""Cubes: specifications that become collections, through runs of the notebook generate-cube."""
