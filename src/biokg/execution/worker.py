"""What a worker process does: accept a query, evaluate it, stream the answer, again and again.

A worker never decides when to stop; whoever waits for it kills it. It is forked from the holder, which
has the current version open, so it starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from biokg.errors import BioKGError
from biokg.execution import frames
from biokg.execution.board import QUICK, Slots, VersionBoard

if TYPE_CHECKING:
    from biokg.store.local import LocalStore
    from biokg.store.remote import RemoteStore

STACK_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
RETIRE_ABOVE_BYTES = 64 * 1024 * 1024
"""A worker whose private memory stays this much above its first is replaced."""
SHORT = 0.01
"""Seconds below which a query cannot have grown its worker much."""
MEASURE_EVERY = 64
"""Short queries between two looks at a worker's memory."""
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

    def __init__(self, connection: socket.socket, header: dict[str, Any], begun: Callable[[], None]) -> None:
        self._connection = connection
        self._header = header
        self._begun = begun
        self._held = bytearray()
        self.started = False

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= CHUNK_BYTES:
            self.flush()
        return len(data)

    def flush(self, end: dict[str, Any] | None = None) -> None:
        """Send what is held, in one piece, with ``START`` before the first of it and ``END`` after the last."""
        out = bytearray()
        if not self.started:
            self._begun()
            out += frames.packed_json(frames.START, self._header)
            self.started = True
        if self._held:
            out += frames.packed(frames.DATA, self._held)
            self._held.clear()
        if end is not None:
            out += frames.packed_json(frames.END, end)
        self._connection.sendall(out)


@dataclass(frozen=True)
class Post:
    """Where a worker stands: the sockets it takes queries from, its row, and the version it has."""

    quick: socket.socket
    patient: socket.socket
    slots: Slots
    slot: int
    board: VersionBoard
    version: str


class _Worker:
    """The loop of one worker and whether it is at work, so that a request to leave can wait for its end."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._busy = threading.Lock()
        self._leaving = False

    def leave(self, *_: object) -> None:
        """End now if idle, after the answer under way if not."""
        self._leaving = True
        if not self._busy.locked():
            os._exit(0)

    def _next(self) -> socket.socket | None:
        """The next connection: in the patient lane only one that waits already."""
        if self._post.slots.row(self._post.slot)[1] == QUICK:
            return self._post.quick.accept()[0]
        if not select.select([self._post.patient], [], [], 0)[0]:
            return None
        try:
            return self._post.patient.accept()[0]
        except BlockingIOError:
            return None

    def loop(self, open_store: Callable[[], LocalStore | RemoteStore]) -> None:
        """Answer one query after the other until told to leave, grown too large, or no longer current."""
        post = self._post
        store = open_store()
        first = resident = private_bytes()
        answered = 0
        while not self._leaving:
            connection = self._next()
            if connection is None:
                return
            with self._busy, connection, contextlib.suppress(OSError, frames.Closed):
                if post.board.version() != post.version:
                    return
                connection.setblocking(True)
                hello = {"pid": os.getpid(), "resident": resident, "version": post.version, "slot": post.slot}
                frames.send_json(connection, frames.HELLO, hello)
                kind, payload = frames.Reader(connection).frame()
                if kind == frames.QUERY:
                    post.slots.begin(post.slot, time.monotonic())
                    _answer(connection, store, json.loads(payload), lambda: post.slots.answering(post.slot))
            took = time.monotonic() - post.slots.row(post.slot)[0]
            post.slots.begin(post.slot, 0.0)
            answered += 1
            if took < SHORT and answered % MEASURE_EVERY:
                continue
            resident = private_bytes()
            if resident - first > RETIRE_ABOVE_BYTES:
                return


def serve_queries(open_store: Callable[[], LocalStore | RemoteStore], post: Post) -> NoReturn:
    """Be a worker, in a thread with a large stack, so that deep but allowed queries fit."""
    worker = _Worker(post)
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


def _answer(
    connection: socket.socket, store: LocalStore | RemoteStore, job: dict[str, Any], begun: Callable[[], None]
) -> None:
    from biokg.sparql.results import GRAPH_TYPES, write_result

    started = time.monotonic()
    out = _Chunks(connection, {"media_type": job["media_type"]}, begun)
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
                names_graphs=job["names_graphs"],
            )
            write_result(result, job["media_type"], out)
        out.flush({"seconds": time.monotonic() - started})
    except BioKGError as error:
        frames.send_json(connection, frames.ERROR, error_document(error))
