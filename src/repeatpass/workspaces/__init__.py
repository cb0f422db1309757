"""Workspaces: what belongs to a person or a team: secrets, quotas, and how much of them is used."""
