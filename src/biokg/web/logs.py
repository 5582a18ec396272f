"""Logs: one line per request, as text or as JSON, without queries, tokens or what clients sent."""

from __future__ import annotations

import json
import logging
import sys
import time

FIELDS = ("request_id", "route", "status", "seconds", "method")


class JsonLines(logging.Formatter):
    """One JSON document per line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON: time, level, name, message, and what a request adds."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"
        document = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        document |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            document["trace"] = self.formatException(record.exc_info)
        return json.dumps(document, ensure_ascii=False)


def set_up(form: str) -> None:
    """Log to standard error as *form*: ``text`` (problems only) or ``json`` (every request too)."""
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("biokg").setLevel(logging.INFO if form == "json" else logging.WARNING)
