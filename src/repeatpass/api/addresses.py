"""Results as the eodash v5 client reads them: nothing but the addresses of what there is to draw.

Its process panel follows the second link of a job and takes ``{"urls": […]}``, whatever the outputs are called, for
GeoTIFFs, and ``{"<output>": {"urls": […], "mimetype": …}}`` for files of several kinds. A catalog that has it start
processes adds ``?results=urls`` or ``?results=outputs`` to the address of the execution.
"""

from collections.abc import Sequence
from typing import Any

from repeatpass.api.executing import Result
from repeatpass.core.errors import Invalid

ADDRESSES, BY_OUTPUT = "urls", "outputs"
FORMS = (ADDRESSES, BY_OUTPUT)


def results_form(asked: str) -> str:
    """Return the form of results that the address of an execution asks for; raise Invalid for one there is not."""
    if asked not in ("", *FORMS):
        known = " or ".join(FORMS)
        raise Invalid(f"results is “{asked[:100]}”; it can be {known}, or be left out for the standard's document.")
    return asked


def addresses(results: Sequence[Result], base: str, form: str) -> dict[str, Any]:
    """Return the addresses of the files among *results*, absolute by *base*; plain values have none."""
    files = [(each, base.rstrip("/") + each.href) for each in results if not each.literal]
    if form == ADDRESSES:
        return {ADDRESSES: [href for _, href in files]}
    # The client knows media types without their parameters only: a COG is an image/tiff to it.
    return {each.name: {"urls": [href], "mimetype": each.media_type.partition(";")[0].strip()} for each, href in files}
