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
from biokg.execution import frames
from biokg.execution.worker import private_bytes

if TYPE_CHECKING:
    from biokg.execution.pool import WorkerPool

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
    """One conversation with one worker."""

    def __init__(self, pool: WorkerPool, job: Job) -> None:
        self._pool = pool
        self._job = job
        self._seconds = min(job.deadline or pool.settings.deadline, pool.settings.max_deadline)
        self._sent = time.monotonic()
        self._begun = self._sent if job.begun is None else job.begun
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._reader = frames.Reader(self._socket)
        self.version = ""
        self._pid = self._slot = 0
        self._baseline = 0
        self._open = True
        self._charged = False
        self._early = False
        self.long = False
        """Whether what :meth:`fed` took in is an error, or more than a short answer."""
        self._gone = job.gone

    @property
    def socket(self) -> socket.socket:
        """The connection to the worker."""
        return self._socket

    def begin(self) -> None:
        """Connect and send the query without waiting for anything; :meth:`start` goes on from there.

        For short texts only, which the socket takes whole. Raises :class:`~biokg.errors.Busy`.
        """
        if not self._pool.waiting.acquire(blocking=False):
            raise _too_many()
        self._early = True
        try:
            self._socket.setblocking(False)
            self._socket.connect(self._pool.quick_address)
            self._send()
        except OSError as error:
            self.release()
            raise errors.Busy(f"no worker could be reached: {error}", retry_after=1) from None

    def watch(self, gone: Callable[[], bool] | None) -> None:
        """Have *gone* tell whether the client has hung up."""
        self._gone = gone

    def release(self) -> None:
        """Let another query wait in the place of this one."""
        if self._early:
            self._early = False
            self._pool.waiting.release()

    def fed(self, data: bytes) -> bytes | None:
        """Take in *data* from the socket; the body once the whole answer is there.

        Frames stay in the buffer until then, so :meth:`start` can take over at any time. Close it afterwards.
        """
        self._reader.take(data)
        frames_held = self._reader.peek()
        self.long = self._reader.held_bytes >= CHUNK or (bool(frames_held) and frames_held[-1][0] == frames.ERROR)
        if not frames_held or frames_held[-1][0] != frames.END or frames_held[0][0] != frames.HELLO:
            return None
        self._note(json.loads(frames_held[0][1]))
        return b"".join(payload for kind, payload in frames_held if kind == frames.DATA)

    def _greeted_early(self) -> bool:
        """Read the greeting of the worker that :meth:`begin` connected to."""
        self._socket.settimeout(TICK)
        try:
            while time.monotonic() - self._begun < self._seconds:
                try:
                    _, payload = self._reader.frame()
                except TimeoutError:
                    self._check_client()
                    continue
                except (OSError, frames.Closed):
                    return False
                self._note(json.loads(payload))
                return True
        finally:
            self.release()
        raise errors.Busy("no worker came free within the deadline", retry_after=2)

    def _note(self, hello: dict[str, Any]) -> None:
        self._pid, self._baseline, self._slot = hello["pid"], hello["resident"], hello["slot"]
        self.version = hello["version"]

    def start(self) -> Answer:
        """Wait for a worker, then for the answer's first chunk."""
        try:
            if not self._early or not self._greeted_early():
                self._wait_for_worker("workers")
                self._send()
            try:
                kind, payload = self._frame()
            except errors.WorkerDied:
                if self._pool.slots.row(self._slot)[3] != self._pid:
                    raise
                self._wait_for_worker("patient")
                self._send()
                kind, payload = self._frame()
            media_type = str(json.loads(payload)["media_type"]) if kind == frames.START else self._job.media_type
            chunks = self._chunks()
            first = next(chunks, b"") if kind == frames.START else b""
            return Answer(media_type, self.version, chunks, self.close, first, not self._open)
        except BaseException:
            self.close()
            raise

    def _send(self) -> None:
        self._sent = time.monotonic()
        frames.send_json(self._socket, frames.QUERY, {name: getattr(self._job, name) for name in _WIRE})

    def _wait_for_worker(self, lane: str) -> None:
        pool = self._pool
        if not pool.waiting.acquire(blocking=False):
            raise _too_many()
        try:
            while not self._greeted(lane):
                if time.monotonic() - self._begun > self._seconds:
                    raise errors.Busy("no worker came free within the deadline", retry_after=2)
        finally:
            pool.waiting.release()

    def _greeted(self, lane: str) -> bool:
        """Connect and read the worker's greeting; false when it left in between, so another may be tried."""
        self._socket.close()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._reader = frames.Reader(self._socket)
        self._socket.settimeout(TICK)
        try:
            self._socket.connect(str(self._pool.place / lane))
        except OSError as error:
            raise errors.Busy(f"no worker could be reached: {error}", retry_after=1) from None
        while True:
            try:
                _, payload = self._reader.frame()
                break
            except TimeoutError:
                self._check_client()
                if time.monotonic() - self._begun > self._seconds:
                    return False
            except (OSError, frames.Closed):
                self._socket.close()
                return False
        hello = json.loads(payload)
        self._note(hello)
        self._open = True
        return True

    def _frame(self) -> tuple[bytes, bytes]:
        """The next frame, watching deadline, memory and client meanwhile."""
        while True:
            left = self._begun + self._seconds - time.monotonic()
            if left <= 0:
                self._kill()
                raise errors.DeadlineExceeded(
                    f"the query was stopped after {self._seconds:g} s",
                    fix="narrow it, add LIMIT, or ask for more time with ?timeout=",
                )
            self._socket.settimeout(min(TICK, left))
            try:
                kind, payload = self._reader.frame()
            except TimeoutError:
                self._check_memory()
                self._check_client()
                continue
            except (OSError, frames.Closed):
                self._open = False
                raise errors.WorkerDied("the query ended its worker process", fix="simplify the query") from None
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
        ceiling = self._pool.settings.memory * 1024 * 1024
        if private_bytes(self._pid) - self._baseline > ceiling:
            self._kill()
            raise errors.MemoryExceeded(
                f"the query was stopped above {self._pool.settings.memory} MB of memory",
                fix="narrow it, or aggregate and sort less at once",
            )

    def _check_client(self) -> None:
        if self._gone is not None and self._gone():
            self._kill()
            raise errors.ClientGone("the client hung up")

    def _kill(self) -> None:
        """Kill the worker, which is certainly still ours: its side of the socket is open."""
        if self._open and self._pid:
            try:
                self._socket.setblocking(False)
                open_still = self._socket.recv(1, socket.MSG_PEEK) != b""
            except BlockingIOError:
                open_still = True
            except OSError:
                open_still = False
            if open_still:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGKILL)
        self.close(finished=True)

    def close(self, finished: bool = False) -> None:
        """Leave the conversation; a worker still at work is killed."""
        self.release()
        if self._open and not finished:
            self._kill()
            return
        self._open = False
        self._socket.close()
        if not self._charged and self._pid:
            self._charged = True
            self._pool.quota.charge(self._job.client, time.monotonic() - self._sent)


CHUNK = 64 * 1024


_SENT: tuple[type[errors.BioKGError], ...] = (
    errors.NotAcceptable,
    errors.NotFound,
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


def _too_many() -> errors.Busy:
    return errors.Busy("as many queries wait as may wait", fix="try again shortly", retry_after=1)


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
