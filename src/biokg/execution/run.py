"""One query on its way through one worker, watched: deadline, memory, and the client."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from biokg import errors
from biokg.execution import frames, lines
from biokg.execution.worker import private_bytes

if TYPE_CHECKING:
    from biokg.execution.flights import Flight
    from biokg.execution.pool import WorkerPool
    from biokg.settings import Settings

TICK = 0.05
"""Seconds between two looks at a running worker's memory and its client."""


@dataclass(frozen=True)
class Job:
    """One query to run. ``deadline`` in seconds falls back to the settings; it counts from ``begun``
    (``time.monotonic()``, by default now), waiting for a worker included.

    ``default_graphs`` and ``named_graphs`` are the protocol's dataset (the default graph is a merge),
    ``client`` whom to charge for the time, ``gone`` tells whether the client has hung up, ``names_graphs``
    whether the text says GRAPH or FROM, if that is known. A ``dump`` writes the graph that ``text`` names
    (``""`` for the default graph, ``None`` for the whole dataset).
    """

    text: str | None
    media_type: str = "application/sparql-results+json"
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    union: bool = True
    dump: bool = False
    names_graphs: bool | None = None
    base: str | None = None
    deadline: float | None = None
    begun: float | None = None
    client: str | None = None
    gone: Callable[[], bool] | None = None

    def seconds(self, settings: Settings) -> float:
        """How long it may take, from ``begun``."""
        return min(self.deadline or settings.deadline, settings.max_deadline)


@dataclass
class Answer:
    """A running answer. Iterate it for its chunks, or :meth:`read` it; :meth:`close` frees the worker.

    A chunk is only handed out while the answer is whole so far; when the worker is stopped in between, the
    iteration raises, so the transfer breaks instead of ending early.
    """

    media_type: str
    version: str
    _chunks: Iterator[bytes]
    _close: Callable[[], None]
    first: bytes = b""
    complete: bool = False
    """Whether ``first`` is the whole answer."""

    def __iter__(self) -> Iterator[bytes]:
        if self.first:
            yield self.first
        yield from self._chunks

    def read(self) -> bytes:
        """The whole answer. Raises what stopped it."""
        try:
            return b"".join(self)
        finally:
            self.close()

    def close(self) -> None:
        """Free the worker; it is killed if it is still at work."""
        self._close()


class Run:
    """One conversation with one worker, or the rest of a *flight* that somebody sent through the queue."""

    def __init__(self, pool: WorkerPool, job: Job, flight: Flight | None = None) -> None:
        self._pool = pool
        self._job = job
        self._flight = flight
        self._seconds = job.seconds(pool.settings)
        self._sent = time.monotonic()
        self._begun = self._sent if job.begun is None else job.begun
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._reader = frames.Reader(self._socket)
        self.version = ""
        self._slot: int | None = None
        self._open = True
        self._charged = flight is not None

    def start(self) -> Answer:
        """Wait for a worker, then for the answer's first chunk."""
        try:
            if self._flight is not None:
                whole = self._landed(self._flight)
                if whole is not None:
                    return Answer(self._job.media_type, self.version, iter(()), self.close, whole, complete=True)
            else:
                self._wait_for_worker("workers")
            try:
                kind, payload = self._frame()
            except errors.WorkerDied:
                if not self._parked():
                    raise
                self._wait_for_worker("patient")
                kind, payload = self._frame()
            media_type = str(json.loads(payload)["media_type"]) if kind == frames.START else self._job.media_type
            chunks = self._chunks()
            first = next(chunks, b"") if kind == frames.START else b""
            return Answer(media_type, self.version, chunks, self.close, first, not self._open)
        except BaseException:
            self.close()
            raise

    def _landed(self, flight: Flight) -> bytes | None:
        """Wait for the reply: the whole answer, or ``None`` when a conversation with a worker goes on from here."""
        while (reply := flight.reply(min(TICK, max(0.0, self._left())))) is None:
            self._slot = self._pool.slots.at(flight.request)
            if self._slot is not None:
                flight.release()
            if self._left() <= 0 and self._slot is None:
                raise errors.Busy("no worker came free within the deadline", retry_after=2)
            self._require_time()
            self._check_memory()
            self._check_client()
        self.version = reply.version
        if reply.kind == lines.FAILED:
            raise error_from(json.loads(reply.payload))
        if reply.kind == lines.LOST:
            if not reply.parked:
                raise _died()
            flight.release()
            self._wait_for_worker("patient")
        elif reply.stream is not None:
            self._slot = self._pool.slots.at(flight.request)
            self._take_socket(reply.stream)
        else:
            self._open = False
            return reply.payload
        return None

    def _take_socket(self, connection: socket.socket) -> None:
        self._socket.close()
        self._socket = connection
        self._reader = frames.Reader(connection)

    def _parked(self) -> bool:
        """Whether the worker was stopped so that the query waits for its turn in the patient lane."""
        return self._slot is not None and 0 != (row := self._pool.slots.row(self._slot)).parked == row.pid

    def _wait_for_worker(self, lane: str) -> None:
        """Have a worker of *lane* greet, and send it the query."""
        pool = self._pool
        if not pool.waiting.acquire(blocking=False):
            raise too_many()
        try:
            while not self._greeted(lane):
                if self._left() <= 0:
                    raise errors.Busy("no worker came free within the deadline", retry_after=2)
        finally:
            pool.waiting.release()
        self._sent = time.monotonic()
        self._charged = False
        frames.send_json(self._socket, frames.QUERY, {name: getattr(self._job, name) for name in _WIRE})

    def _greeted(self, lane: str) -> bool:
        """Connect and read the worker's greeting; false when it left in between, so another may be tried."""
        self._take_socket(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        self._socket.settimeout(TICK)
        try:
            self._socket.connect(str(self._pool.place / lane))
            called = 0.0
            while True:
                if lane == "workers" and time.monotonic() - called > CALL_AGAIN:
                    self._pool.queue.put(lines.CALL)
                    called = time.monotonic()
                try:
                    _, payload = self._reader.frame()
                    break
                except TimeoutError:
                    self._check_client()
                    if self._left() <= 0:
                        return False
        except frames.Closed:
            return False
        except ConnectionResetError:
            return False
        except OSError as error:
            raise errors.Busy(f"no worker could be reached: {error}", retry_after=1) from None
        hello = json.loads(payload)
        self._slot, self.version = hello["slot"], hello["version"]
        self._open = True
        return True

    def _left(self) -> float:
        return self._begun + self._seconds - time.monotonic()

    def _require_time(self) -> None:
        """Kill the worker and raise when the deadline has passed."""
        if self._left() <= 0:
            self._kill()
            raise errors.DeadlineExceeded(
                f"the query was stopped after {self._seconds:g} s",
                fix="narrow it, add LIMIT, or ask for more time with ?timeout=",
            )

    def _frame(self) -> tuple[bytes, bytes]:
        """The next frame, watching deadline, memory and client meanwhile."""
        while True:
            self._require_time()
            self._socket.settimeout(max(0.001, min(TICK, self._left())))
            try:
                kind, payload = self._reader.frame()
            except TimeoutError:
                self._check_memory()
                self._check_client()
                continue
            except (OSError, frames.Closed):
                self._open = False
                raise _died() from None
            if kind == frames.ERROR:
                self.close(finished=True)
                raise error_from(json.loads(payload))
            return kind, payload

    def _chunks(self) -> Iterator[bytes]:
        while self._open:
            kind, payload = self._frame()
            if kind == frames.END:
                self.close(finished=True)
                return
            if kind == frames.DATA:
                if len(payload) < CHUNK and self._ended():
                    self.close(finished=True)
                yield payload

    def _ended(self) -> bool:
        """Whether the worker's ``END`` follows at once."""
        return self._frame()[0] == frames.END

    def _check_memory(self) -> None:
        if self._slot is None:
            return
        row = self._pool.slots.row(self._slot)
        ceiling = self._pool.settings.memory * 1024 * 1024
        if private_bytes(row.pid) - row.resident * 1024 > ceiling:
            self._kill()
            raise errors.MemoryExceeded(
                f"the query was stopped above {self._pool.settings.memory} MB of memory",
                fix="narrow it, or aggregate and sort less at once",
            )

    def _check_client(self) -> None:
        if self._job.gone is None or not self._job.gone():
            return
        if self._slot is None or self._pool.slots.row(self._slot).is_long(time.monotonic()):
            self._kill()
            raise errors.ClientGone("the client hung up")

    def _kill(self) -> None:
        """Kill the worker while it is certainly still ours: at our request, or its side of the socket is open."""
        if self._open and self._slot is not None and (self._is_at_flight() or self._is_connected()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pool.slots.row(self._slot).pid, signal.SIGKILL)
        self.close(finished=True)

    def _is_at_flight(self) -> bool:
        return self._flight is not None and self._pool.slots.at(self._flight.request) == self._slot

    def _is_connected(self) -> bool:
        try:
            self._socket.setblocking(False)
            return self._socket.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self, finished: bool = False) -> None:
        """Leave the conversation; a worker still at work is killed."""
        if self._open and not finished:
            self._kill()
            return
        self._open = False
        self._socket.close()
        if self._flight is not None:
            self._flight.abandon()
        if not self._charged and self._slot is not None:
            self._charged = True
            self._pool.quota.charge(self._job.client, time.monotonic() - self._sent)


CHUNK = 64 * 1024
CALL_AGAIN = 0.5
"""Seconds after which a waiting query calls again: a worker may have ended between the call and its answer."""


_SENT: tuple[type[errors.BioKGError], ...] = (
    errors.NotAcceptable,
    errors.NotFound,
    errors.NotSupported,
    errors.QueryRefused,
    errors.ReachesOutside,
    errors.UnsupportedMediaType,
    errors.TooLarge,
    errors.UsageError,
    errors.Forbidden,
    errors.RemoteEngineError,
    errors.NoSpace,
    errors.StoreError,
    errors.ValidationFailed,
    errors.DeadlineExceeded,
    errors.MemoryExceeded,
    errors.WorkerDied,
)
"""What workers and writes may raise across the wire."""


_WIRE = ("names_graphs", "text", "media_type", "default_graphs", "named_graphs", "union", "dump", "base")
"""What of a job the worker is told."""


def too_many() -> errors.Busy:
    """That the queue is full."""
    return errors.Busy("as many queries wait as may wait", fix="try again shortly", retry_after=1)


def _died() -> errors.WorkerDied:
    return errors.WorkerDied("the query ended its worker process", fix="simplify the query")


def error_from(document: dict[str, Any]) -> errors.BioKGError:
    """The error of the tree that a worker named."""
    if document["slug"] == errors.QuerySyntaxError.slug:
        return errors.QuerySyntaxError(
            document["message"], fix=document["fix"], line=document["line"], column=document["column"]
        )
    for kind in _SENT:
        if kind.slug == document["slug"]:
            return kind(document["message"], fix=document["fix"])
    return errors.BioKGError(document["message"], fix=document["fix"])
