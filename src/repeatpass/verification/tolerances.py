"""How far a repeat may lie from its original: what the updated indicator declares, and nothing otherwise."""

from repeatpass.indicators.room import Indicators
from repeatpass.kit.records import Tolerance
from repeatpass.runs.records import Purpose, Run


def tolerances_of(run: Run, indicators: Indicators) -> dict[str, Tolerance]:
    """Return the tolerance of each output, by name, for which the indicator that *run* updated declares one."""
    if run.purpose is not Purpose.UPDATE:
        return {}
    indicator = indicators.indicator(run.subject)
    names = {indicator.output} | ({indicator.map.output} if indicator.map else set())
    return dict.fromkeys(names, indicator.tolerance)
