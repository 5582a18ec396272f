"""What a worker process does: accept a query, evaluate it, stream the answer, again and again.

A worker never decides when to stop; whoever waits for it kills it. It is forked from the holder, which
has the current version open, so it starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from biokg.errors import BioKGError
from biokg.execution import frames

if TYPE_CHECKING:
    from biokg.store.local import LocalStore

STACK_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
RETIRE_ABOVE_BYTES = 64 * 1024 * 1024
"""A worker whose private memory stays this much above its first is replaced."""
_PR_SET_PDEATHSIG = 1


def private_bytes(pid: int | str = "self") -> int:
    """Resident memory of a process without what it maps from files, in bytes; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            numbers = file.read().split()
    except OSError:
        return 0
    return (int(numbers[1]) - int(numbers[2])) * os.sysconf("SC_PAGESIZE")


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends (Linux; elsewhere nothing happens)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _Chunks:
    """A file that sends what is written to it as ``DATA`` frames, after ``START``, a chunk at a time."""

    def __init__(self, connection: socket.socket, header: dict[str, Any]) -> None:
        self._connection = connection
        self._header = header
        self._held = bytearray()
        self.started = False

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= CHUNK_BYTES:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if not self.started:
            frames.send_json(self._connection, frames.START, self._header)
            self.started = True
        if self._held:
            frames.send(self._connection, frames.DATA, bytes(self._held))
            self._held.clear()


def serve_queries(listener: socket.socket, store: Callable[[], LocalStore]) -> None:
    """Run the worker's loop in a thread with a large stack, so that deep but allowed queries fit; never returns."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
    die_with_parent()
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=_loop, args=(listener, store()))
    thread.start()
    thread.join()
    os._exit(0)


def _loop(listener: socket.socket, store: LocalStore) -> None:
    first = resident = private_bytes()
    while True:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError, frames.Closed):
            frames.send_json(connection, frames.HELLO, {"pid": os.getpid(), "resident": resident})
            kind, payload = frames.Reader(connection).frame()
            if kind == frames.QUERY:
                _answer(connection, store, json.loads(payload))
        resident = private_bytes()
        if resident - first > RETIRE_ABOVE_BYTES:
            return


def _answer(connection: socket.socket, store: LocalStore, job: dict[str, Any]) -> None:
    from biokg.sparql.results import write_result

    started = time.monotonic()
    out = _Chunks(connection, {"media_type": job["media_type"]})
    try:
        result = store.query(
            job["text"],
            job.get("default_graphs"),
            None,
            bool(job.get("union", True)),
            **_options(job),
        )
        write_result(result, job["media_type"], out)
        out.flush()
        frames.send_json(connection, frames.END, {"seconds": time.monotonic() - started})
    except BioKGError as error:
        document = {"slug": error.slug, "message": error.message, "fix": error.fix}
        document |= {"line": getattr(error, "line", None), "column": getattr(error, "column", None)}
        frames.send_json(connection, frames.ERROR, document)


def _options(job: dict[str, Any]) -> dict[str, Any]:
    import pyoxigraph as ox

    options: dict[str, Any] = {}
    if job.get("base"):
        options["base_iri"] = job["base"]
    if job.get("named_graphs") is not None:
        options["named_graphs"] = [ox.NamedNode(graph) for graph in job["named_graphs"]]
    return options
