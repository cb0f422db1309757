"""Notices: what the house tells other programs over HTTP, kept until it has arrived or was given up."""

from repeatpass.notices.records import Notice, NoticeState, Try
from repeatpass.notices.room import Notices

__all__ = ["Notice", "NoticeState", "Notices", "Try"]
