"""Handing a file elsewhere to another process of the house, which asks for it in the same way and under the same guard."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from repeatpass.data.elsewhere.asking import Asking
from repeatpass.data.elsewhere.reading import Held, cube
from repeatpass.data.elsewhere.records import FarFile
from repeatpass.kit.errors import KitError


def told_of(file: FarFile, asking: Asking) -> dict[str, str]:
    """Return what another process needs to open a file."""
    return {each.name: str(getattr(file, each.name)) for each in fields(file)} | asking.words()


def opened_elsewhere(told: Mapping[str, str], options: Mapping[str, Any]) -> Any:
    """Open the cube that `told_of` described; raise KitError, Forbidden or what the libraries raise."""
    file = FarFile(**{each.name: told[each.name] for each in fields(FarFile)})
    troubles: list[KitError] = []
    return cube(Held(Asking.of_words(told)).of(file), file.media_type, troubles.append, options)
