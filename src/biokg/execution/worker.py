"""What a worker process does: take a query, evaluate it, send the answer, again and again.

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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from biokg.errors import BioKGError, UsageError
from biokg.execution import frames, lines
from biokg.execution.board import PATIENT, QUICK, Slots, VersionBoard
from biokg.execution.lines import WorkerLines, WorkQueue
from biokg.sparql import parquet

if TYPE_CHECKING:
    from biokg.store.local import LocalStore
    from biokg.store.remote import RemoteStore

STACK_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
PARQUET_ASKED = "parquet-asked"
"""File in the place of the sockets that says that Parquet was asked for: workers are then born able to write it."""
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


class _Short:
    """A file for a query that came through the queue: a short answer is one reply, a longer one is streamed."""

    def __init__(self, line: socket.socket, asked: lines.Asked, begun: Callable[[], None]) -> None:
        self._line = line
        self._asked = asked
        self._begun = begun
        self._from = time.monotonic()
        self._held = bytearray()
        self._stream: socket.socket | None = None
        self._chunks: _Chunks | None = None

    def write(self, data: bytes) -> int:
        if self._chunks is not None:
            return self._chunks.write(data)
        self._held += data
        if len(self._held) >= lines.LONGEST_REPLY:
            self._stream = lines.reply_stream(self._line, self._asked.request)
            self._chunks = _Chunks(self._stream, {"media_type": self._asked.media_type}, self._begun)
            self._chunks.write(bytes(self._held))
        return len(data)

    def flush(self) -> None:
        """Nothing: what is held goes out when there is enough of it."""

    def end(self) -> None:
        """Send what is left."""
        seconds = time.monotonic() - self._from
        if self._chunks is not None:
            self._chunks.flush({"seconds": seconds})
        else:
            lines.reply(self._line, self._asked.request, lines.WHOLE, self._held, seconds)

    def fail(self, error: BioKGError) -> None:
        """Say what went wrong."""
        document = error_document(error)
        if self._stream is not None:
            frames.send_json(self._stream, frames.ERROR, document)
            return
        seconds = time.monotonic() - self._from
        lines.reply(self._line, self._asked.request, lines.FAILED, json.dumps(document).encode(), seconds)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()


@dataclass(frozen=True)
class Post:
    """Where a worker stands: the queue and the sockets it takes queries from, its row, and the version it has."""

    place: Path
    queue: WorkQueue
    quick: socket.socket
    patient: socket.socket
    slots: Slots
    slot: int
    board: VersionBoard
    version: str
    count: int


class _Worker:
    """The loop of one worker."""

    def __init__(self, post: Post, store: LocalStore | RemoteStore) -> None:
        self._post = post
        self._store = store
        self._first = private_bytes()
        self._answered = 0
        self._priority = os.getpriority(os.PRIO_PROCESS, 0)
        self._hello = {"pid": os.getpid(), "version": post.version, "slot": post.slot}
        self._lines = WorkerLines(post.place, self._hello)
        post.slots.occupy(post.slot, os.getpid(), self._first)

    def loop(self) -> None:
        """Answer one query after the other until no longer current, grown too large, or patient without work."""
        post = self._post
        while True:
            if post.slots.row(post.slot).lane == PATIENT:
                connection = None if self._outdated() else _accepted(post.patient)
                if connection is not None:
                    self._converse(connection)
                elif not self._outdated() and self._hurry():
                    post.slots.move(post.slot, QUICK)
                else:
                    return
            else:
                message = post.queue.take()
                if self._outdated():
                    if message != lines.NUDGE:
                        post.queue.put_back(message)
                    return
                self._heed(message)
            if self._grown():
                return

    def _hurry(self) -> bool:
        """Give up being nice, so that quick queries may be taken again; false where the system does not allow it."""
        try:
            for thread in os.listdir("/proc/self/task"):
                os.setpriority(os.PRIO_PROCESS, int(thread), self._priority)
        except OSError:
            return False
        return True

    def _outdated(self) -> bool:
        return self._post.board.count() != self._post.count

    def _heed(self, message: bytes) -> None:
        kind = message[:1]
        if kind == lines.QUERY:
            self._answer(lines.Asked.of(message))
        elif kind == lines.CALL:
            connection = _accepted(self._post.quick)
            if connection is not None:
                self._converse(connection)

    def _grown(self) -> bool:
        """Mark the end of a query; whether this worker's memory grew so much that it should be replaced."""
        post = self._post
        began = post.slots.row(post.slot).began
        if not began:
            return False
        took = time.monotonic() - began
        post.slots.begin(post.slot, 0.0)
        self._answered += 1
        if took < SHORT and self._answered % MEASURE_EVERY:
            return False
        resident = private_bytes()
        post.slots.occupy(post.slot, os.getpid(), resident)
        return resident - self._first > RETIRE_ABOVE_BYTES

    def _converse(self, connection: socket.socket) -> None:
        """Greet whoever connected, and answer one query; one who came after this version was replaced tries again."""
        post = self._post
        with connection, contextlib.suppress(OSError, frames.Closed):
            if self._outdated():
                return
            connection.setblocking(True)
            frames.send_json(connection, frames.HELLO, self._hello)
            kind, payload = frames.Reader(connection).frame()
            if kind == frames.QUERY:
                job = json.loads(payload)
                self._load_for(job["media_type"])
                post.slots.begin(post.slot, time.monotonic())
                _answer(connection, self._store, job, lambda: post.slots.answering(post.slot))

    def _load_for(self, media_type: str) -> None:
        """Load the library that writes *media_type* before the time and the memory of the query begin to count."""
        if media_type == parquet.PARQUET and parquet.load():
            (self._post.place / PARQUET_ASKED).touch()
            self._first = private_bytes()
            self._post.slots.occupy(self._post.slot, os.getpid(), self._first)

    def _answer(self, asked: lines.Asked) -> None:
        """Answer a query that came through the queue."""
        from biokg.sparql.results import write_result

        slots, slot = self._post.slots, self._post.slot
        self._load_for(asked.media_type)
        slots.begin(slot, time.monotonic(), asked.request)
        try:
            out = _Short(self._lines.to(asked.request), asked, lambda: slots.answering(slot))
        except OSError:
            return
        try:
            result = self._store.query(
                asked.text,
                union_default_graph=asked.union,
                base_iri=asked.base,
                names_graphs=asked.names_graphs,
            )
            write_result(result, asked.media_type, out)
            out.end()
        except (BioKGError, ValueError) as error:
            with contextlib.suppress(OSError):
                out.fail(_of_query(error, asked.text))
        except (BrokenPipeError, ConnectionError):
            self._lines.drop(asked.request)
        finally:
            out.close()


def _accepted(listener: socket.socket) -> socket.socket | None:
    """A connection that waits already, if one does."""
    try:
        return listener.accept()[0]
    except (BlockingIOError, ConnectionError):
        return None


def serve_queries(open_store: Callable[[], LocalStore | RemoteStore], post: Post) -> NoReturn:
    """Be a worker, in a thread with a large stack, so that deep but allowed queries fit."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=lambda: _Worker(post, open_store()).loop())
    thread.start()
    thread.join()
    os._exit(0)


def error_document(error: BioKGError) -> dict[str, Any]:
    """*error* for the wire."""
    document: dict[str, Any] = {"slug": error.slug, "message": error.message, "fix": error.fix}
    return document | {"line": getattr(error, "line", None), "column": getattr(error, "column", None)}


def _of_query(error: BioKGError | ValueError, text: str) -> BioKGError:
    """What went wrong with the query *text*; a ``ValueError`` is what the engine says of an IRI that is none."""
    from biokg.sparql.faults import told

    return told(error, text) if isinstance(error, BioKGError) else UsageError(f"this names no valid IRI: {error}")


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
    except (BioKGError, ValueError) as error:
        frames.send_json(connection, frames.ERROR, error_document(_of_query(error, job["text"] or "")))
