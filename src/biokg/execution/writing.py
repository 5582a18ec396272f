"""One write under way: a child of the holder does it, so that it can be killed at its deadline like any query."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biokg.errors import BioKGError, DeadlineExceeded, MemoryExceeded, NoSpace, WorkerDied
from biokg.execution import frames
from biokg.execution.worker import error_document, private_bytes
from biokg.execution.writes import RELOAD, Write
from biokg.sparql.faults import told

if TYPE_CHECKING:
    from biokg.execution.dataset import Dataset
    from biokg.execution.writes import Written

READY, FAILED = b"R", b"F"


@dataclass(frozen=True)
class Writing:
    """The holder's side: the child's ``pid``, the pipe it speaks through, the one it listens to, its client, when
    it must be over (``time.monotonic()``), and its private memory at the start, in bytes."""

    pid: int
    pipe: int
    go: int
    client: socket.socket
    until: float
    baseline: int

    def is_done(self) -> bool:
        """What the child said: whether it has done the write, and waits for the word to go on."""
        return os.read(self.pipe, 1) == READY

    def go_on(self) -> None:
        """Let the child answer its client."""
        os.write(self.go, READY)

    def stop_if_due(self, memory: int) -> None:
        """Kill the child over its deadline, or above *memory* bytes, and tell its client."""
        error: BioKGError
        if time.monotonic() > self.until:
            error = DeadlineExceeded("the write was stopped at its deadline; nothing was written")
        elif private_bytes(self.pid) - self.baseline > memory:
            error = MemoryExceeded("the write was stopped at its memory ceiling")
        else:
            return
        os.kill(self.pid, signal.SIGKILL)
        self._tell(error)

    def died(self) -> None:
        """Tell a client whom the child did not answer that it ended."""
        self._tell(WorkerDied("the write ended its process; nothing was written", fix="simplify it"))

    def _tell(self, error: BioKGError) -> None:
        with contextlib.suppress(OSError):
            frames.send_json(self.client, frames.ERROR, error_document(error))

    def close(self) -> None:
        """Let go of the pipes and the client."""
        for descriptor in (self.pipe, self.go):
            os.close(descriptor)
        self.client.close()


@dataclass(frozen=True)
class Writer:
    """The child's side of a :class:`Writing`."""

    client: socket.socket
    pipe: int
    go: int

    def write(self, dataset: Dataset) -> Written:
        """Do the write that the client asks for and wait for the word to go on; on an error the process ends."""
        text = ""
        try:
            self.client.settimeout(5)
            _, payload = frames.Reader(self.client).frame()
            self.client.settimeout(None)
            write = Write.from_json(json.loads(payload))
            text = write.body if write.operation != RELOAD else ""
            written = dataset.write(write)
        except (BioKGError, OSError, ValueError, frames.Closed) as error:
            with contextlib.suppress(OSError):
                frames.send_json(self.client, frames.ERROR, error_document(_of_write(error, text)))
            os.write(self.pipe, FAILED)
            os._exit(0)
        os.write(self.pipe, READY)
        if os.read(self.go, 1) != READY:
            os._exit(0)
        return written

    def answer(self, written: Written) -> None:
        """Tell the client what was done."""
        done = {"version": written.version.version, "quads": written.version.quads, "created": written.created}
        with contextlib.suppress(OSError):
            frames.send_json(self.client, frames.END, done)
        self.client.close()
        os.close(self.pipe)
        os.close(self.go)


def begin(control: socket.socket, seconds: float) -> Writing | Writer:
    """Fork a child for the client that waits at *control*; it may take *seconds*. Each process gets its side."""
    client, _ = control.accept()
    pipe, child_pipe = os.pipe()
    child_go, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(pipe)
        os.close(go)
        return Writer(client, child_pipe, child_go)
    os.close(child_pipe)
    os.close(child_go)
    return Writing(pid, pipe, go, client, time.monotonic() + seconds, private_bytes(pid))


def _of_write(error: Exception, text: str) -> BioKGError:
    """What went wrong with a write (of the update *text*, if it was one), as an error of the tree."""
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "no space left" in str(error).lower():
        return NoSpace("the disk is full; nothing was written", fix="make room, then send the write again")
    return told(error, text) if isinstance(error, BioKGError) else WorkerDied(f"the write failed: {error}")
