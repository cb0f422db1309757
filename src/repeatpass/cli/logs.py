"""Structured logs: one JSON object a line in ``<home>/logs/``, with the ids of the request and of the run it is about."""

import atexit
import logging
from collections.abc import MutableMapping
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import structlog

KEPT_BYTES = 10_000_000
KEPT_FILES = 5
QUIET = ("alembic", "httpx", "asyncio", "matplotlib", "rasterio", "PIL", "fsspec")


class _Rotating(RotatingFileHandler):
    """Begins another file when one is full; does not write each line twice to learn how long it will be."""

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802
        return self.stream is not None and self.stream.tell() >= self.maxBytes


class _Handing(QueueHandler):
    """Hands what is logged to the thread that writes, with what is known only where it is logged: the request's id."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        record.msg, record.args = record.getMessage(), None
        record.bound = structlog.contextvars.get_contextvars()
        return record


def log_to(home: Path) -> Path:
    """Have everything that is logged in this process written to a file in *home*, and return the file.

    A thread writes, so that no request waits for its own line.
    """
    path = home / "logs" / "server.jsonl"
    path.parent.mkdir(exist_ok=True)
    handler = _Rotating(path, maxBytes=KEPT_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    handler.setFormatter(_formatter())
    lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
    writing = QueueListener(lines, handler)
    writing.start()
    atexit.register(writing.stop)  # what is still in the queue is written
    root = logging.getLogger()
    root.handlers = [_Handing(lines)]
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk must not fill the terminal
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return path


def _bound(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {**line["_record"].bound, **line}


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    known: list[Any] = [
        _bound,
        structlog.stdlib.ExtraAdder(allow=["run", "status", "seconds", "method", "path"]),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=known,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
