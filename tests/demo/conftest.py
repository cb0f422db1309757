"""The demonstration's collections, converted once for all tests."""

import json
from pathlib import Path

import pytest

from repeatpass.demo.content import context
from repeatpass.demo.preparing import prepare
from repeatpass.demo.records import PreparedCollection, Progress


@pytest.fixture(scope="session")
def steps() -> list[Progress]:
    """What the preparation reported; filled by `prepared`."""
    return []


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, steps: list[Progress]) -> dict[str, PreparedCollection]:
    """Every collection, by id."""
    return {each.id: each for each in prepare(tmp_path_factory.mktemp("demo"), steps.append)}


@pytest.fixture(scope="session")
def context_file(prepared: dict[str, PreparedCollection], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A context.json through which a notebook reads the converted files."""
    path = tmp_path_factory.mktemp("context") / "context.json"
    path.write_text(json.dumps(context(list(prepared.values())).to_json()))
    return path


@pytest.fixture
def opened(context_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `repeatpass.open` read the converted files in this process."""
    monkeypatch.setenv("REPEATPASS_CONTEXT", str(context_file))
    monkeypatch.delenv("REPEATPASS_READS", raising=False)
