"""Masking: what is secret does not appear in what a run shows, in its log, or in what is kept of it.

A value is found as it stands, as JSON, Python or an address would write it, in base64 and in hexadecimal. What a
notebook does to it beyond that (a picture of it, its letters one by one, an encryption) cannot be found.
"""

import base64
import json
import mmap
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from repeatpass.runs.execution import Failure, Outcome
from repeatpass.runs.records import Run

MASK = "•••••"
SHORTEST = 6  # letters; anything shorter would be found everywhere
SECRET_NAME = re.compile(
    r"(?i)(secret|token|passw|passphrase|pwd|credential|api_?key|access_?key|private_?key|client_?key|bearer|auth_?key)"
)


class Masks:
    """Finds and masks *secrets*, name to value."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._forms = {name: frozenset(_forms(value)) for name, value in (secrets or {}).items()}
        every = sorted({form for forms in self._forms.values() for form in forms}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, every))) if every else None

    def __bool__(self) -> bool:
        return self._pattern is not None

    def text(self, text: str) -> str:
        """Return *text* without the secrets."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def outcome(self, outcome: Outcome) -> Outcome:
        """Return how a run ended, without the secrets in its sentence and its failure."""
        if self._pattern is None:
            return outcome
        failure = outcome.failure and self._failure(outcome.failure)
        return replace(outcome, message=self.text(outcome.message), failure=failure)

    def _failure(self, failure: Failure) -> Failure:
        return replace(
            failure,
            source=self.text(failure.source),
            ename=self.text(failure.ename),
            evalue=self.text(failure.evalue),
            traceback=tuple(map(self.text, failure.traceback)),
        )

    def found_in(self, path: Path) -> str:
        """Return the name of a secret that the file at *path* holds, empty if it holds none in any form known here."""
        if self._pattern is None or path.stat().st_size == 0:
            return ""
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for name, forms in self._forms.items():
                if any(content.find(form.encode(code)) >= 0 for form in forms for code in ("utf-8", "utf-16-le")):
                    return name
        return ""


def masks_for(parameters: Mapping[str, Any], secrets: Mapping[str, str]) -> Masks:
    """Return the masks of *secrets*, and of *parameters* whose names say that they are secret."""
    stated = {name: str(value) for name, value in parameters.items() if _is_secret(name, value)}
    return Masks({name: value for name, value in (dict(secrets) | stated).items() if len(value) >= SHORTEST})


def masked_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return *parameters* as lists, pages and JSON may show them: without the values of those that are secret."""
    return {name: MASK if _is_secret(name, value) else value for name, value in parameters.items()}


def secret_names(parameters: Mapping[str, Any]) -> list[str]:
    """Return which of *parameters* are secret, by their names."""
    return [name for name, value in parameters.items() if _is_secret(name, value)]


def without_secrets(run: Run) -> Run:
    """Return *run* as lists, pages and JSON may show it."""
    return replace(run, parameters=masked_parameters(run.parameters))


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and value != "" and SECRET_NAME.search(name) is not None


def _forms(value: str) -> Iterator[str]:
    """Yield every form of *value* that is looked for, and of its lines: a notebook keeps texts line by line."""
    for text in {value, value.strip(), *(line.strip() for line in value.splitlines())}:
        for form in {
            text, repr(text)[1:-1], json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1],
            quote(text), quote(text, safe=""), quote_plus(text), text.encode().hex(), text.encode().hex().upper(),
            *_base64(text.encode()),
        }:  # fmt: skip
            if len(form) >= SHORTEST and len(text) >= SHORTEST:
                yield form


def _base64(content: bytes) -> Iterator[str]:
    """Yield what *content* looks like inside of a longer base64 text, wherever in it it begins."""
    for before, cut in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(b"\0" * before + content).decode()
        certain = (before + len(content)) * 8 // 6  # letters that depend on nothing that follows
        yield text[cut:certain]
        yield text[cut:certain].replace("+", "-").replace("/", "_")
