"""The process that holds the current version and forks workers from it.

Every query begins in the quick lane. One that takes longer than a slice of time goes on as a patient one, and
a fresh worker takes its place, so short queries never wait for long ones; where as many patient ones run as
there are workers, it is stopped and waits for its turn to begin again.

It has one thread of its own, so a fork is safe and takes milliseconds; it never parses anything from outside itself. A
worker that dies, is killed or retires is replaced at once. A write is done in a forked child, which can be
killed at its deadline like any query: over a store in memory the child then becomes the holder and this
process leaves when its last worker has; over a folder the child commits a new generation and ends.

Started as ``python -m biokg.execution.holder`` with two JSON documents as arguments; it says ``ready`` and
ends when its standard input closes.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biokg.errors import BioKGError
from biokg.execution.board import PATIENT, QUICK, SLOTS, Row, Slots, VersionBoard
from biokg.execution.confining import forbid_network
from biokg.execution.dataset import Dataset, dataset_of, options_from
from biokg.execution.lines import NUDGE, WorkQueue
from biokg.execution.worker import PARQUET_ASKED, Post, error_document, serve_queries
from biokg.execution.writing import Writer, Writing, begin
from biokg.sparql import parquet

RAPID_DEATHS = 20
"""More deaths than this within a second, and new workers wait until the second is over."""
LINGER = 65.0
"""Seconds that a holder which was replaced waits for its busy workers."""
LONG = 3
"""How many slices on the clock a query may take in the quick lane, for instance because an engine answers slowly."""
GRACE = 5.0
"""Seconds over the longest deadline after which a worker is stopped although nobody asked for it."""
LOOK_BUSY, LOOK_IDLE = 0.02, 0.1
"""Seconds between two looks at the workers."""
WRITE_MEMORY = 4
"""How many times the memory of a query a write may use."""


@dataclass(frozen=True)
class Doors:
    """Where others reach the holder and its workers: the queue, and listening sockets in the folder ``place``.

    ``quick`` is for whoever called through the queue, ``patient`` for queries that wait for their second turn,
    ``control`` takes writes, and ``giving`` hands out the queue.
    """

    place: Path
    queue: WorkQueue
    quick: socket.socket
    patient: socket.socket
    control: socket.socket
    giving: socket.socket

    @classmethod
    def open(cls, place: Path) -> Doors:
        """Open all of them in *place*."""
        names = ("workers", "patient", "control", "queue")
        doors = cls(place, WorkQueue.make(), *(_listening(place / name) for name in names))
        doors.quick.setblocking(False)
        doors.patient.setblocking(False)
        return doors

    def close(self) -> None:
        """Close the listening sockets in this process; others that hold them go on."""
        for listener in (self.quick, self.patient, self.control, self.giving):
            listener.close()


@dataclass
class Holder:
    """The doors, the dataset, and the workers forked from them."""

    doors: Doors
    dataset: Dataset
    board: VersionBoard
    slots: Slots
    workers: int
    deadline: float
    memory: int
    children: dict[int, int] = field(default_factory=dict)
    """Slot of each worker by its pid."""
    seen: dict[int, tuple[float, float]] = field(default_factory=dict)
    """When the query of each worker began, and the processor time its worker had used when it was first seen."""
    next_slot: int = 0
    retired: dict[int, int] = field(default_factory=dict)
    """Slots of the workers of earlier versions, by their pids."""
    deaths: list[float] = field(default_factory=list)
    writing: Writing | None = None
    leaving: float | None = None
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Keep the workers up until standard input closes, or until this process was replaced."""
        self._watch()
        self._fill()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while self.leaving is None or (self.retired and time.monotonic() < self.leaving):
            process = os.getpid()
            for key, _ in self.selector.select(self._until_next_look()):
                if key.fileobj == 0:
                    return
                if key.data is not None:
                    key.data()
                if os.getpid() != process:  # a write's child goes on here: the rest was told to its parent
                    break
            self._reap()
            self._nudge()
            if self.writing is not None:
                self.writing.stop_if_due(self.memory * WRITE_MEMORY)
            if self.leaving is None:
                if (self.doors.place / PARQUET_ASKED).exists():
                    parquet.load()
                self._look_at_workers()
                self._fill()

    def _until_next_look(self) -> float:
        busy = any(self.slots.row(slot).began for slot in self.children.values())
        return LOOK_BUSY if busy or self.writing or self.retired else LOOK_IDLE

    def _look_at_workers(self) -> None:
        """Move what takes long out of the quick lane, or stop it to wait where that is full."""
        now = time.monotonic()
        patient = sum(self.slots.row(slot).lane == PATIENT for slot in self.children.values())
        for pid, slot in list(self.children.items()):
            row = self.slots.row(slot)
            began, lane, answering = row.began, row.lane, row.answering
            if not began or now - began < row.slice or not self._took_its_slice(pid, row, now):
                continue
            if now - began > self.deadline + GRACE:
                os.kill(pid, signal.SIGKILL)
            elif lane == QUICK and (patient < self.workers or answering):
                self.slots.move(slot, PATIENT)
                _be_nice(pid)
                patient += 1
            elif lane == QUICK:
                self.slots.park(slot, pid)
                os.kill(pid, signal.SIGKILL)
        if patient < self.workers and select.select([self.doors.patient], [], [], 0)[0]:
            self._fork(PATIENT)

    def _watch(self) -> None:
        """Listen to signals, the control socket, and the process that started all this."""
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.selector = selectors.DefaultSelector()
        self.selector.register(woken, selectors.EVENT_READ, lambda: os.read(woken, 4096))
        self.selector.register(0, selectors.EVENT_READ, None)
        self.selector.register(self.doors.control, selectors.EVENT_READ, self._begin_write)
        self.selector.register(self.doors.giving, selectors.EVENT_READ, self._give)

    def _give(self) -> None:
        self.doors.queue.give(self.doors.giving)

    def _took_its_slice(self, pid: int, row: Row, now: float) -> bool:
        """Whether the query of *pid* used its slice of processor time, or a long time on the clock."""
        used = _cpu_seconds(pid)
        seen = self.seen.get(pid)
        if seen is None or seen[0] != row.began:
            self.seen[pid] = (row.began, used)
            return now - row.began > row.slice * LONG
        return used - seen[1] >= row.slice or now - row.began > row.slice * LONG

    def _fill(self) -> None:
        now = time.monotonic()
        self.deaths = [death for death in self.deaths if now - death < 1]
        quick = sum(self.slots.row(slot).lane == QUICK for slot in self.children.values())
        while quick < self.workers and len(self.deaths) <= RAPID_DEATHS:
            self._fork(QUICK)
            quick += 1

    def _fork(self, lane: int) -> None:
        taken = set(self.children.values())
        while self.next_slot in taken:
            self.next_slot = (self.next_slot + 1) % SLOTS
        slot, self.next_slot = self.next_slot, (self.next_slot + 1) % SLOTS
        self.slots.reset(slot, lane)
        post = self._post(slot)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            self.doors.control.close()
            self.doors.giving.close()
            serve_queries(self.dataset.reader, post)
        self.children[pid] = slot

    def _post(self, slot: int) -> Post:
        doors, version, count = self.doors, self.dataset.version, self.board.count()
        return Post(doors.place, doors.queue, doors.quick, doors.patient, self.slots, slot, self.board, version, count)

    def _reap(self) -> None:
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.children:
                if self.slots.row(self.children[pid]).parked != pid:
                    self.deaths.append(time.monotonic())
            elif pid in self.retired:
                del self.retired[pid]
                if not self.retired and self.leaving is None:
                    self.dataset.forget_old()
            elif self.writing is not None and pid == self.writing.pid:
                self._write_ended(self.writing)
            self.children.pop(pid, None)
            self.seen.pop(pid, None)

    def _begin_write(self) -> None:
        """Fork a child for the write that a client asks for; one at a time."""
        begun = begin(self.doors.control, self.deadline)
        if isinstance(begun, Writer):
            self._write(begun)
            return
        self.selector.unregister(self.doors.control)
        self.selector.register(begun.pipe, selectors.EVENT_READ, lambda: self._write_spoke(begun))
        self.writing = begun

    def _write(self, writer: Writer) -> None:
        """In the child: do the write and answer the client. Returns as the holder, or ends."""
        signal.set_wakeup_fd(-1)
        written = writer.write(self.dataset)
        if self.dataset.moves:
            self._take_over()
        writer.answer(written)
        if not self.dataset.moves:
            os._exit(0)

    def _take_over(self) -> None:
        """Go on as the holder, in the child that wrote."""
        self.children.clear()
        self.retired.clear()
        self.writing = None
        self.leaving = None
        self._watch()
        self.dataset.adopt()
        self.board.publish(self.dataset.version)
        self._fill()

    def _write_spoke(self, writing: Writing) -> None:
        """The child has done its write (or failed): put the new version in place."""
        done = writing.is_done()
        self.selector.unregister(writing.pipe)
        if not done:
            return
        if self.dataset.moves:
            self._retire()
            self.leaving = time.monotonic() + LINGER
            self.doors.close()
            writing.go_on()
            self._forget(writing)
            return
        self.dataset.adopt()
        self._retire()
        self.board.publish(self.dataset.version)
        self._fill()
        writing.go_on()

    def _write_ended(self, writing: Writing) -> None:
        """The child is gone: a client it did not answer is told so, and the next write may come."""
        writing.died()
        with contextlib.suppress(KeyError):
            self.selector.unregister(writing.pipe)
        self._forget(writing)
        self.selector.register(self.doors.control, selectors.EVENT_READ, self._begin_write)

    def _forget(self, writing: Writing) -> None:
        writing.close()
        self.writing = None

    def _retire(self) -> None:
        """Have every worker leave once another version is there: idle ones at once, the others after their answer."""
        self.retired |= self.children
        self.children.clear()

    def _nudge(self) -> None:
        """Wake the idle ones of the workers that are to leave; they wait for the queue."""
        for slot in self.retired.values():
            if not self.slots.row(slot).began:
                self.doors.queue.put(NUDGE)

    def stop(self) -> None:
        """End every worker."""
        for pid in {**self.children, **self.retired}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process, in seconds, without what the kernel took to copy its memory for it."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            columns = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return int(columns[11]) / os.sysconf("SC_CLK_TCK")


def _be_nice(pid: int) -> None:
    """Let a long query give way to short ones."""
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.setpriority(os.PRIO_PROCESS, int(thread), 10)


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1024)
    return listener


def main() -> None:
    """Run a holder as its arguments describe it."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    if given["confined"]:
        forbid_network()
    place = Path(given["place"])
    dataset = dataset_of(options_from(sys.argv[2]))
    try:
        dataset.open()
    except BioKGError as error:
        sys.stdout.write(json.dumps(error_document(error)) + "\n")
        sys.exit(1)
    board = VersionBoard(place / "version")
    board.publish(dataset.version)
    holder = Holder(
        Doors.open(place),
        dataset,
        board,
        Slots(place / "slots"),
        given["workers"],
        given["deadline"],
        given["memory"] * 1024 * 1024,
    )
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_NONBLOCK)
    try:
        holder.run()
    finally:
        holder.stop()


if __name__ == "__main__":
    main()
