"""A small real context: files made here, registered with their true size and checksum."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from repeatpass.kit.connectors import recording
from repeatpass.kit.reading import sha256_of


@pytest.fixture(autouse=True)
def nothing_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test read in parts is not told in this one."""
    monkeypatch.setattr(recording, "_kept", [])


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that puts files into a context.json and points this process at it."""

    def register(*files: tuple[str, Path, str], name: str = "context.json") -> Path:
        collections = {
            id: {
                "version": "1",
                "title": id,
                "items": [
                    {
                        "id": "all",
                        "datetime": "2010-01-01T00:00:00Z",
                        "assets": {
                            "data": {
                                "href": str(path),
                                "type": media_type,
                                "size": path.stat().st_size,
                                "checksum": sha256_of(path),
                            }
                        },
                    }
                ],
            }
            for id, path, media_type in files
        }
        context = tmp_path / name
        context.write_text(json.dumps({"run": "r1", "collections": collections}))
        monkeypatch.setenv("REPEATPASS_CONTEXT", str(context))
        monkeypatch.setenv("REPEATPASS_READS", str(tmp_path / "reads.jsonl"))
        return context

    return register


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the outputs folder of a run."""
    folder = tmp_path / "outputs"
    monkeypatch.setenv("REPEATPASS_OUTPUTS", str(folder))
    return folder
