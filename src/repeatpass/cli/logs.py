"""Structured logs: one JSON object a line in ``<home>/logs/``, with the ids of the request and of the run it is about."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

KEPT_BYTES = 10_000_000
KEPT_FILES = 5
QUIET = ("alembic", "httpx", "asyncio", "matplotlib", "rasterio", "PIL", "fsspec")


def log_to(home: Path) -> Path:
    """Have everything that is logged in this process written to a file in *home*, and return the file."""
    path = home / "logs" / "server.jsonl"
    path.parent.mkdir(exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=KEPT_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk must not fill the terminal
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return path


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    known: list[Any] = [
        structlog.contextvars.merge_contextvars,
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
