"""``/metrics`` on a port of its own: the counters of all server processes together.

Each server process tells its counters over a Unix socket; the process that started them adds them up.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from biokg.errors import UsageError

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PATIENCE = 2.0
"""Seconds to wait for the counters of one process."""
LOG = logging.getLogger("biokg.metrics")


def added(texts: Iterable[str]) -> str:
    """Several expositions as one: samples of the same name and labels are added, ``_info`` stays as it is.

    >>> print(added(["# TYPE a counter\\na 1\\n", "# TYPE a counter\\na 2\\n"]), end="")
    # TYPE a counter
    a 3
    """
    families: dict[str, dict[str, float]] = {}
    for text in texts:
        samples: dict[str, float] = {}
        for line in text.splitlines():
            if line.startswith("#"):
                samples = families.setdefault(line, {})
                continue
            name, _, value = line.rpartition(" ")
            once = name.partition("{")[0].endswith("_info")
            samples[name] = float(value) if once else samples.get(name, 0.0) + float(value)
    lines = []
    for head, samples in families.items():
        lines += [head, *(f"{name} {value:.6f}".rstrip("0").rstrip(".") for name, value in samples.items())]
    return "\n".join(lines) + "\n" if lines else ""


def tell(place: Path, text: Callable[[], str]) -> threading.Thread:
    """In a server process: give ``text()`` to whoever connects to this process's socket in *place*."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(place / f"metrics-{os.getpid()}"))
    listener.listen(16)

    def answer() -> None:
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(text().encode())

    thread = threading.Thread(target=answer, name="metrics", daemon=True)
    thread.start()
    return thread


def _told(path: Path) -> str | None:
    """What the process behind *path* counts; ``None`` when it has ended."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection, contextlib.suppress(OSError):
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        with connection.makefile("rb") as incoming:
            return incoming.read().decode()
    return None


class Exposition:
    """Listens on *host*:*port* and answers ``/metrics`` with what the processes in *place* count, until closed.

    Raises :class:`UsageError` when nothing can listen there.
    """

    def __init__(self, place: Path, host: str, port: int) -> None:
        handler = _handler(lambda: added(t for path in sorted(place.glob("metrics-*")) if (t := _told(path))))
        kind = _Server6 if ":" in host else ThreadingHTTPServer
        try:
            self._server = kind((host, port), handler)
        except OSError as error:
            message = f"cannot listen on {host}:{port} for /metrics: {error.strerror or error}"
            raise UsageError(message, fix="choose another --metrics-port") from None
        self.port: int = self._server.server_address[1]
        if not port:
            LOG.warning("/metrics is on port %d", self.port)
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Server6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


def _handler(text: Callable[[], str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET /metrics and nothing else."""

        timeout = 10

        def do_GET(self) -> None:
            """The counters, or 404."""
            found = self.path.partition("?")[0] == "/metrics"
            body = text().encode() if found else b"only /metrics is here\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", CONTENT_TYPE if found else "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: who reads the counters is of no interest."""

    return Handler
