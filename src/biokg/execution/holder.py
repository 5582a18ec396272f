"""The process that holds the current version and forks workers from it.

Every query begins in the quick lane. One that takes longer than a slice of time goes on as a patient one, and
a fresh worker takes its place, so short queries never wait for long ones; where as many patient ones run as
there are workers, it is stopped and waits for its turn to begin again.

It has one thread, so a fork is safe and takes milliseconds; it never parses anything from outside itself. A
worker that dies, is killed or retires is replaced at once. A write is done in a forked child, which can be
killed at its deadline like any query: over a store in memory the child then becomes the holder and this
process leaves when its last worker has; over a folder the child commits a new generation and ends.

Started as ``python -m biokg.execution.holder`` with two JSON documents as arguments; it says ``ready`` and
ends when its standard input closes.
"""

from __future__ import annotations

import contextlib
import errno
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

from biokg.errors import BioKGError, DeadlineExceeded, MemoryExceeded, NoSpace, WorkerDied
from biokg.execution import frames
from biokg.execution.board import PATIENT, QUICK, SLOTS, Slots, VersionBoard
from biokg.execution.dataset import Dataset, dataset_of, options_from
from biokg.execution.worker import Post, error_document, private_bytes, serve_queries
from biokg.execution.writes import Write

RAPID_DEATHS = 20
"""More deaths than this within a second, and new workers wait until the second is over."""
LINGER = 65.0
"""Seconds that a holder which was replaced waits for its busy workers."""
SLICE = 0.1
"""Seconds of processor time that a query may take in the quick lane."""
LONG = 0.3
"""Seconds on the clock that it may take there, for instance because its client reads slowly."""
GRACE = 5.0
"""Seconds over the longest deadline after which a worker is stopped although nobody asked for it."""
LOOK_BUSY, LOOK_IDLE = 0.02, 0.1
"""Seconds between two looks at the workers."""
READY, FAILED = b"R", b"F"


@dataclass
class _Writing:
    """A write under way: the child's pid, its pipe, the client, and when it must be over."""

    pid: int
    pipe: int
    go: int
    client: socket.socket
    until: float
    baseline: int


@dataclass
class Holder:
    """The listening sockets, the dataset, and the workers forked from them."""

    quick: socket.socket
    patient: socket.socket
    control: socket.socket
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
    retired: set[int] = field(default_factory=set)
    deaths: list[float] = field(default_factory=list)
    writing: _Writing | None = None
    leaving: float | None = None
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Keep the workers up until standard input closes, or until this process was replaced."""
        self._watch()
        self._fill()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while self.leaving is None or (self.retired and time.monotonic() < self.leaving):
            for key, _ in self.selector.select(self._until_next_look()):
                if key.fileobj == 0:
                    return
                if key.data is not None:
                    key.data()
            self._reap()
            self._look_at_write()
            if self.leaving is None:
                self._look_at_workers()
                self._fill()

    def _until_next_look(self) -> float:
        busy = any(self.slots.row(slot)[0] for slot in self.children.values())
        return LOOK_BUSY if busy or self.writing or self.retired else LOOK_IDLE

    def _look_at_workers(self) -> None:
        """Move what takes long out of the quick lane, or stop it to wait where that is full."""
        now = time.monotonic()
        patient = sum(self.slots.row(slot)[1] == PATIENT for slot in self.children.values())
        for pid, slot in list(self.children.items()):
            began, lane, answering, _ = self.slots.row(slot)
            if not began or now - began < SLICE or not self._took_its_slice(pid, began, now):
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
        if patient < self.workers and select.select([self.patient], [], [], 0)[0]:
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
        self.selector.register(self.control, selectors.EVENT_READ, self._begin_write)

    def _took_its_slice(self, pid: int, began: float, now: float) -> bool:
        """Whether the query of *pid* used its slice of processor time, or a long time on the clock."""
        used = _cpu_seconds(pid)
        seen = self.seen.get(pid)
        if seen is None or seen[0] != began:
            self.seen[pid] = (began, used)
            return now - began > LONG
        return used - seen[1] >= SLICE or now - began > LONG

    def _fill(self) -> None:
        now = time.monotonic()
        self.deaths = [death for death in self.deaths if now - death < 1]
        quick = sum(self.slots.row(slot)[1] == QUICK for slot in self.children.values())
        while quick < self.workers and len(self.deaths) <= RAPID_DEATHS:
            self._fork(QUICK)
            quick += 1

    def _fork(self, lane: int) -> None:
        taken = set(self.children.values())
        while self.next_slot in taken:
            self.next_slot = (self.next_slot + 1) % SLOTS
        slot, self.next_slot = self.next_slot, (self.next_slot + 1) % SLOTS
        self.slots.reset(slot, lane)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            self.control.close()
            version = self.dataset.version
            serve_queries(self.dataset.reader, Post(self.quick, self.patient, self.slots, slot, self.board, version))
        self.children[pid] = slot

    def _reap(self) -> None:
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.children:
                if self.slots.row(self.children[pid])[3] != pid:
                    self.deaths.append(time.monotonic())
            elif pid in self.retired:
                self.retired.discard(pid)
                if not self.retired and self.leaving is None:
                    self.dataset.forget_old()
            elif self.writing is not None and pid == self.writing.pid:
                self._write_ended()
            self.children.pop(pid, None)
            self.seen.pop(pid, None)

    def _begin_write(self) -> None:
        """Fork a child for the write that a client asks for; one at a time."""
        client, _ = self.control.accept()
        pipe, child_pipe = os.pipe()
        child_go, go = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(pipe)
            os.close(go)
            self._write(client, child_pipe, child_go)
            return
        os.close(child_pipe)
        os.close(child_go)
        self.selector.unregister(self.control)
        self.selector.register(pipe, selectors.EVENT_READ, self._write_spoke)
        self.writing = _Writing(pid, pipe, go, client, time.monotonic() + self.deadline, private_bytes(pid))

    def _write(self, client: socket.socket, pipe: int, go: int) -> None:
        """In the child: do the write, wait for the word to go on, answer the client. Returns as the holder."""
        signal.set_wakeup_fd(-1)
        try:
            client.settimeout(5)
            _, payload = frames.Reader(client).frame()
            client.settimeout(None)
            written = self.dataset.write(Write.from_json(json.loads(payload)))
        except (BioKGError, OSError, ValueError, frames.Closed) as error:
            with contextlib.suppress(OSError):
                frames.send_json(client, frames.ERROR, error_document(_of_write(error)))
            os.write(pipe, FAILED)
            os._exit(0)
        os.write(pipe, READY)
        if os.read(go, 1) != READY:
            os._exit(0)
        done = {"version": written.version.version, "quads": written.version.quads, "created": written.created}
        if self.dataset.moves:
            self._take_over()
        with contextlib.suppress(OSError):
            frames.send_json(client, frames.END, done)
        client.close()
        os.close(pipe)
        os.close(go)
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

    def _write_spoke(self) -> None:
        """The child has done its write (or failed): put the new version in place."""
        assert self.writing is not None  # noqa: S101
        word = os.read(self.writing.pipe, 1)
        self.selector.unregister(self.writing.pipe)
        if word != READY:
            return
        if self.dataset.moves:
            self._retire()
            self.leaving = time.monotonic() + LINGER
            self.control.close()
            self.quick.close()
            self.patient.close()
            os.write(self.writing.go, READY)
            self._forget_write()
            return
        self.dataset.adopt()
        self._retire()
        self.board.publish(self.dataset.version)
        self._fill()
        os.write(self.writing.go, READY)

    def _retire(self) -> None:
        """Have every worker of the version before leave: idle ones at once, the others after their answer."""
        for pid in self.children:
            os.kill(pid, signal.SIGTERM)
        self.retired |= set(self.children)
        self.children.clear()

    def _look_at_write(self) -> None:
        """Kill a write over its deadline or its memory."""
        writing = self.writing
        if writing is None:
            return
        late = time.monotonic() > writing.until
        if late or private_bytes(writing.pid) - writing.baseline > self.memory * 4:
            error = DeadlineExceeded("the write was stopped at its deadline; nothing was written")
            stopped = error if late else MemoryExceeded("the write was stopped at its memory ceiling")
            os.kill(writing.pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                frames.send_json(writing.client, frames.ERROR, error_document(stopped))

    def _write_ended(self) -> None:
        """The child is gone: a client it did not answer is told so, and the next write may come."""
        assert self.writing is not None  # noqa: S101
        with contextlib.suppress(OSError):
            died = WorkerDied("the write ended its process; nothing was written", fix="simplify it")
            frames.send_json(self.writing.client, frames.ERROR, error_document(died))
        with contextlib.suppress(KeyError):
            self.selector.unregister(self.writing.pipe)
        self._forget_write()
        self.selector.register(self.control, selectors.EVENT_READ, self._begin_write)

    def _forget_write(self) -> None:
        assert self.writing is not None  # noqa: S101
        for descriptor in (self.writing.pipe, self.writing.go):
            os.close(descriptor)
        self.writing.client.close()
        self.writing = None

    def stop(self) -> None:
        """End every worker."""
        for pid in set(self.children) | self.retired:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _of_write(error: Exception) -> BioKGError:
    """What went wrong with a write, as an error of the tree."""
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "no space left" in str(error).lower():
        return NoSpace("the disk is full; nothing was written", fix="make room, then send the write again")
    return error if isinstance(error, BioKGError) else WorkerDied(f"the write failed: {error}")


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process, in seconds."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            columns = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")


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
    place = Path(given["place"])
    dataset = dataset_of(options_from(sys.argv[2]))
    try:
        dataset.open()
    except BioKGError as error:
        sys.stdout.write(json.dumps(error_document(error)) + "\n")
        sys.exit(1)
    board = VersionBoard(place / "version")
    board.publish(dataset.version)
    patient = _listening(place / "patient")
    patient.setblocking(False)
    holder = Holder(
        _listening(place / "workers"),
        patient,
        _listening(place / "control"),
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
