"""The process that holds the current version and forks workers from it.

It has one thread, so a fork is safe and takes milliseconds; it never parses a query itself. A worker that
dies, is killed or retires is replaced at once. The holder ends when the process that started it does: it
reads its end of a pipe. Started as ``python -m biokg.execution.holder`` with a JSON document as argument.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.execution.worker import serve_queries

if TYPE_CHECKING:
    from biokg.store.local import LocalStore

RAPID_DEATHS = 20
"""More deaths than this within a second, and new workers wait until the second is over."""


@dataclass
class Holder:
    """The listening socket, the store, and the workers forked from them."""

    listener: socket.socket
    workers: int
    nquads: Path | None = None
    folder: Path | None = None
    held: LocalStore | None = None
    children: set[int] = field(default_factory=set)
    deaths: list[float] = field(default_factory=list)

    def open(self) -> None:
        """Load the version that workers inherit; a store on disk is opened by each worker after its fork."""
        if self.folder is not None:
            return
        from biokg.store.memory import MemoryStore

        self.held = MemoryStore()
        if self.nquads is not None:
            self.held.load_nquads(self.nquads.read_bytes())
        self.held.view(None, "")
        self.held.view(None, "GRAPH")
        gc.collect()
        gc.freeze()

    def store(self) -> LocalStore:
        """What a worker asks, called in the worker."""
        if self.folder is None:
            assert self.held is not None  # noqa: S101
            return self.held
        from biokg.store.disk import DiskStore

        return DiskStore(self.folder, read_only=True)

    def fill(self) -> None:
        """Fork workers until there are as many as asked for."""
        now = time.monotonic()
        self.deaths = [death for death in self.deaths if now - death < 1]
        while len(self.children) < self.workers and len(self.deaths) <= RAPID_DEATHS:
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                serve_queries(self.listener, self.store)
            self.children.add(pid)

    def reap(self) -> None:
        """Take note of workers that ended."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.children.discard(pid)
            self.deaths.append(time.monotonic())

    def run(self) -> None:
        """Keep the workers up until standard input closes."""
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with selectors.DefaultSelector() as selector:
            selector.register(woken, selectors.EVENT_READ)
            selector.register(0, selectors.EVENT_READ)
            self.fill()
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            while True:
                for key, _ in selector.select(1):
                    if not os.read(key.fd, 4096):
                        return
                self.reap()
                self.fill()

    def stop(self) -> None:
        """End every worker."""
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Run a holder as its argument describes it."""
    given = json.loads(sys.argv[1])
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(given["address"])
    listener.listen(1024)
    holder = Holder(
        listener,
        int(given["workers"]),
        Path(given["nquads"]) if given.get("nquads") else None,
        Path(given["folder"]) if given.get("folder") else None,
    )
    holder.open()
    try:
        holder.run()
    finally:
        holder.stop()


if __name__ == "__main__":
    main()
