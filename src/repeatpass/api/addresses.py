"""Results as the eodash v5 client reads them: an object with nothing but the addresses of what there is to draw.

Its process panel follows the second link of a job and takes ``{"urls": […]}``, whatever the outputs are called. A
catalog that has it start processes adds ``?results=urls`` to the address of the execution.
"""

from collections.abc import Sequence

from repeatpass.api.executing import Result
from repeatpass.core.errors import Invalid

ADDRESSES = "urls"


def results_form(asked: str) -> str:
    """Return the form of results that the address of an execution asks for; raise Invalid for one there is not."""
    if asked not in ("", ADDRESSES):
        raise Invalid(f"results is “{asked[:100]}”; it can be {ADDRESSES}, or be left out for the standard's document.")
    return asked


def addresses(results: Sequence[Result], base: str) -> dict[str, list[str]]:
    """Return the addresses of the files among *results*, absolute by *base*; plain values have none."""
    return {ADDRESSES: [base.rstrip("/") + each.href for each in results if not each.literal]}
