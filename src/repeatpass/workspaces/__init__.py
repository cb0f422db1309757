"""Workspaces: what belongs to a person: secrets, quotas, and how long results are kept."""
