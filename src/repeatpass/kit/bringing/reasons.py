"""What libraries say is wrong with a file, fit for its owner."""

import re

PLACES = re.compile(r"(?:[a-z]+://)?/(?:tmp|var|home|root|run)[^\s'\"]*/([^\s/'\"]+)")  # of this machine
SQLITE = (("disk image is malformed", "its database is damaged"), ("file is not a database", "it is no database"))


def reason(error: Exception) -> str:
    """Return what a library says is wrong, in its first sentence, without the folders of this machine."""
    text = str(error) or type(error).__name__
    if "See previous exception" in text:  # where rasterio says why
        text = str(error.__cause__ or error.__context__ or text)
    found = next((words for mark, words in SQLITE if mark in text), "")
    return found or PLACES.sub(r"\1", text.splitlines()[0].partition("; ")[0]).strip(" .")[:200]
