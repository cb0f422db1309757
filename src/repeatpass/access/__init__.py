"""Access: who somebody is, and what they may do."""

from repeatpass.access.records import ANYONE, SYSTEM, Actor, Right, Role

__all__ = ["ANYONE", "SYSTEM", "Actor", "Right", "Role"]
