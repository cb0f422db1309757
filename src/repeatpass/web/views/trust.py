"""How trust works here, with the numbers that back it."""

from dataclasses import dataclass

from repeatpass.web.views.common import Fact, Page, RepeatRow, Table
from repeatpass.web.views.indicators import TrustSummary


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustPage(Page):
    """The ledger of repeats and the rules of the house."""

    summary: TrustSummary
    indicators: Table  # per indicator: values, repeated, verdicts, last
    latest: tuple[RepeatRow, ...] = ()
    open_cases: tuple[RepeatRow, ...] = ()  # different or could not be repeated
    house: tuple[Fact, ...] = ()  # version, environment, database, started
