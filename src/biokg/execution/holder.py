"""The process that holds the current version and forks workers from it.

It has one thread, so a fork is safe and takes milliseconds; it never parses anything from outside itself. A
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
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from biokg.errors import BioKGError, DeadlineExceeded, MemoryExceeded, WorkerDied
from biokg.execution import frames
from biokg.execution.board import VersionBoard
from biokg.execution.dataset import Dataset, dataset_of, options_from
from biokg.execution.worker import error_document, private_bytes, serve_queries
from biokg.execution.writes import Write

RAPID_DEATHS = 20
"""More deaths than this within a second, and new workers wait until the second is over."""
LINGER = 65.0
"""Seconds that a holder which was replaced waits for its busy workers."""
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

    listener: socket.socket
    control: socket.socket
    dataset: Dataset
    board: VersionBoard
    workers: int
    deadline: float
    memory: int
    children: set[int] = field(default_factory=set)
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
            for key, _ in self.selector.select(0.05 if self.writing or self.retired else 1):
                if key.fileobj == 0:
                    return
                if key.data is not None:
                    key.data()
            self._reap()
            self._look_at_write()
            if self.leaving is None:
                self._fill()

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

    def _fill(self) -> None:
        now = time.monotonic()
        self.deaths = [death for death in self.deaths if now - death < 1]
        while len(self.children) < self.workers and len(self.deaths) <= RAPID_DEATHS:
            pid = os.fork()
            if pid == 0:
                self._become_worker()
            self.children.add(pid)

    def _become_worker(self) -> NoReturn:
        signal.set_wakeup_fd(-1)
        self.control.close()
        serve_queries(self.listener, self.dataset.reader, self.dataset.version, self.board)

    def _reap(self) -> None:
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.children:
                self.deaths.append(time.monotonic())
            elif pid in self.retired:
                self.retired.discard(pid)
                if not self.retired and self.leaving is None:
                    self.dataset.forget_old()
            elif self.writing is not None and pid == self.writing.pid:
                self._write_ended()
            self.children.discard(pid)

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
        except BioKGError as error:
            with contextlib.suppress(OSError):
                frames.send_json(client, frames.ERROR, error_document(error))
            os.write(pipe, FAILED)
            os._exit(0)
        except (OSError, ValueError, frames.Closed) as error:
            with contextlib.suppress(OSError):
                frames.send_json(client, frames.ERROR, error_document(WorkerDied(f"the write failed: {error}")))
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
            self.listener.close()
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
        self.retired |= self.children
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
        for pid in self.children | self.retired:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


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
    holder = Holder(
        _listening(place / "workers"),
        _listening(place / "control"),
        dataset,
        board,
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
