"""What files say of themselves: where, when, which bands and variables, in which format."""

from repeatpass.data.metadata.reading import read_metadata
from repeatpass.data.metadata.records import FileFacts, UnreadableFile

__all__ = ["FileFacts", "UnreadableFile", "read_metadata"]
