"""Queries run in workers that can be killed: deadline, memory ceiling, queue, quota, and clients that leave."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biokg import errors
from biokg.execution import frames
from biokg.execution.board import Slots, VersionBoard
from biokg.execution.dataset import Options, options_to
from biokg.execution.lines import WorkQueue
from biokg.execution.places import new_place
from biokg.execution.quota import Quota
from biokg.execution.run import Answer, Job, Run, error_from

if TYPE_CHECKING:
    from biokg.execution.flights import Flight
    from biokg.execution.writes import Write
    from biokg.settings import Settings


__all__ = ["Answer", "Job", "WorkerPool"]


def _start_holder(
    place: tempfile.TemporaryDirectory[str], settings: Settings, options: Options
) -> subprocess.Popen[str]:
    given = {"place": place.name, "workers": settings.workers}
    given |= {"deadline": settings.max_deadline, "memory": settings.memory}
    given["confined"] = not settings.federate and settings.engine is None
    command = [sys.executable, "-m", "biokg.execution.holder", json.dumps(given), options_to(options)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = holder.stdout.readline().strip() if holder.stdout is not None else ""
    if said == "ready":
        return holder
    holder.communicate()
    place.cleanup()
    if said.startswith("{"):
        raise error_from(json.loads(said))
    raise errors.StoreError("the worker processes could not be started", fix="see the message above")


@dataclass
class WorkerPool:
    """The workers of the current version, reached through sockets in the folder ``place``.

    Any number of processes may hold one; the queue bound and the quota are per process.
    """

    place: Path
    settings: Settings
    _holder: subprocess.Popen[str] | None = None
    _folder: tempfile.TemporaryDirectory[str] | None = None
    quota: Quota = field(init=False)
    waiting: threading.BoundedSemaphore = field(init=False)
    board: VersionBoard = field(init=False)
    slots: Slots = field(init=False)
    _queue: WorkQueue | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.quota = Quota(self.settings.quota)
        self.waiting = threading.BoundedSemaphore(self.settings.queue + self.settings.workers)
        self.board = VersionBoard(self.place / "version")
        self.slots = Slots(self.place / "slots")

    @classmethod
    def start(
        cls,
        settings: Settings,
        *,
        nquads: Path | None = None,
        folder: Path | None = None,
        version: str | None = None,
        journal: Path | None = None,
        check: str | None = None,
    ) -> WorkerPool:
        """Start a holder and its workers over an N-Quads file (in memory), a store's *folder*, or the engine
        that *settings* name. *version* is that of the file, *journal* the writes to replay, *check* the
        function (``module:name``) that may refuse a write.

        Raises :class:`~biokg.errors.StoreError` when the data cannot be opened.
        """
        options = Options(
            nquads=nquads,
            folder=folder,
            engine=settings.engine,
            engine_auth_file=settings.engine_auth_file,
            version=version,
            journal=journal,
            check=check,
            union=settings.union,
            max_bytes=settings.max_upload_bytes,
            deadline=settings.deadline,
        )
        place = new_place()
        return cls(Path(place.name), settings, _start_holder(place, settings, options), place)

    @property
    def version(self) -> str:
        """The version that is served now."""
        return self.board.version()

    @property
    def published(self) -> int:
        """How many times a version was published, the same one again included."""
        return self.board.count()

    def write(self, write: Write) -> dict[str, Any]:
        """Do *write*: all of it, or nothing; the next query sees it. Its version, quads and ``created``.

        Raises the errors of the write itself, ``DeadlineExceeded``, ``MemoryExceeded`` and ``WorkerDied``.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self.settings.max_deadline * 2)
            try:
                connection.connect(str(self.place / "control"))
                frames.send_json(connection, frames.QUERY, write.to_json())
                kind, payload = frames.Reader(connection).frame()
            except (OSError, frames.Closed) as error:
                raise errors.WorkerDied(f"the write was not answered: {error}", fix="see biokg log") from None
        if kind == frames.ERROR:
            raise error_from(json.loads(payload))
        done: dict[str, Any] = json.loads(payload)
        return done

    @property
    def queue(self) -> WorkQueue:
        """The queue from which workers take queries. Raises ``OSError`` when the holder is not there."""
        with self._lock:
            if self._queue is None:
                self._queue = WorkQueue.fetch(self.place / "queue")
            return self._queue

    def run(self, job: Job, flight: Flight | None = None) -> Answer:
        """Run *job* in a worker, going on with *flight* where it was sent off already.

        Returns once the first chunk (or the whole short answer) is there, so that what fails before it is
        an error and not a cut answer. Raises :class:`~biokg.errors.Busy`, ``QuotaExceeded``,
        ``DeadlineExceeded``, ``MemoryExceeded``, ``WorkerDied``, ``ClientGone`` and the errors of the query
        itself.
        """
        if flight is None:
            self.quota.check(job.client)
        return Run(self, job, flight).start()

    def waiting_now(self) -> int:
        """Queries of this process that wait for a worker."""
        return self.settings.queue + self.settings.workers - self.waiting._value

    def close(self) -> None:
        """Stop the holder and its workers, if this process started them."""
        if self._holder is not None:
            self._holder.communicate(timeout=10)
            self._holder = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
