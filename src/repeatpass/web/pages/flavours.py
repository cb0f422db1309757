"""Flavours and limits in words, and as choices of a form."""

from repeatpass.runs.execution import Limits
from repeatpass.runs.flavours import Flavours
from repeatpass.web import words
from repeatpass.web.views import FlavourChoice


def limits_words(limits: Limits) -> str:
    """2 CPUs, 4.3 GB memory, 2.1 GB disk, 1 h."""
    parts = [f"{limits.cpus:g} {'CPU' if limits.cpus == 1 else 'CPUs'}"] if limits.cpus else []
    parts += [
        f"{words.size(limits.memory_bytes)} memory",
        f"{words.size(limits.files_bytes)} disk",
        time_words(limits.time_s),
    ]
    return ", ".join(parts)


def time_words(seconds: float) -> str:
    """15 min, 1 h, 90 s."""
    if seconds >= 3600 and seconds % 3600 == 0:
        return f"{seconds / 3600:g} h"
    return f"{seconds / 60:.3g} min" if seconds >= 120 else f"{seconds:.3g} s"


def flavour_choices(flavours: Flavours, chosen: str = "") -> tuple[FlavourChoice, ...]:
    """The flavours as options, the *chosen* one or the usual one selected."""
    known = {flavour.name for flavour in flavours.all}
    selected = chosen if chosen in known else flavours.default
    return tuple(
        FlavourChoice(
            name=each.name,
            words=f"{each.name.capitalize()}: {limits_words(each.limits())}",
            selected=each.name == selected,
        )
        for each in flavours.all
    )
