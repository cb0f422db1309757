"""The assembly: builds the rooms, joins events to listeners, and does nothing else."""

from repeatpass.assembly.house import House
from repeatpass.assembly.opening import made_home, open_house

__all__ = ["House", "made_home", "open_house"]
