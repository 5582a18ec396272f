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
from typing import TYPE_CHECKING, Any, NoReturn

from biokg.errors import BioKGError
from biokg.execution import frames
from biokg.execution.board import VersionBoard

if TYPE_CHECKING:
    from biokg.store.local import LocalStore
    from biokg.store.remote import RemoteStore

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


class _Worker:
    """The loop of one worker and whether it is at work, so that a request to leave can wait for its end."""

    def __init__(self, listener: socket.socket, version: str, board: VersionBoard) -> None:
        self._listener = listener
        self._version = version
        self._board = board
        self._busy = threading.Lock()
        self._leaving = False

    def leave(self, *_: object) -> None:
        """End now if idle, after the answer under way if not."""
        self._leaving = True
        if not self._busy.locked():
            os._exit(0)

    def loop(self, open_store: Callable[[], LocalStore | RemoteStore]) -> None:
        """Answer one query after the other until told to leave, grown too large, or no longer current."""
        store = open_store()
        first = resident = private_bytes()
        while not self._leaving:
            connection, _ = self._listener.accept()
            with self._busy, connection, contextlib.suppress(OSError, frames.Closed):
                if self._board.version() != self._version:
                    return
                hello = {"pid": os.getpid(), "resident": resident, "version": self._version}
                frames.send_json(connection, frames.HELLO, hello)
                kind, payload = frames.Reader(connection).frame()
                if kind == frames.QUERY:
                    _answer(connection, store, json.loads(payload))
            resident = private_bytes()
            if resident - first > RETIRE_ABOVE_BYTES:
                return


def serve_queries(
    listener: socket.socket, open_store: Callable[[], LocalStore | RemoteStore], version: str, board: VersionBoard
) -> NoReturn:
    """Be a worker, in a thread with a large stack, so that deep but allowed queries fit."""
    worker = _Worker(listener, version, board)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, worker.leave)
    die_with_parent()
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=worker.loop, args=(open_store,))
    thread.start()
    thread.join()
    os._exit(0)


def error_document(error: BioKGError) -> dict[str, Any]:
    """*error* for the wire."""
    document: dict[str, Any] = {"slug": error.slug, "message": error.message, "fix": error.fix}
    return document | {"line": getattr(error, "line", None), "column": getattr(error, "column", None)}


def _answer(connection: socket.socket, store: LocalStore | RemoteStore, job: dict[str, Any]) -> None:
    from biokg.sparql.results import GRAPH_TYPES, write_result

    started = time.monotonic()
    out = _Chunks(connection, {"media_type": job["media_type"]})
    try:
        if job["dump"]:
            store.dump(out, GRAPH_TYPES[job["media_type"]], job["text"], union=job["union"])
        else:
            result = store.query(
                job["text"],
                job["default_graphs"],
                None,
                job["union"],
                named_graphs=job["named_graphs"],
                base_iri=job["base"],
            )
            write_result(result, job["media_type"], out)
        out.flush()
        frames.send_json(connection, frames.END, {"seconds": time.monotonic() - started})
    except BioKGError as error:
        frames.send_json(connection, frames.ERROR, error_document(error))
