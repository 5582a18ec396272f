"""The short way between server processes and workers: one queue to all workers, one line back from each.

A query goes into the queue as one message, and the first worker that is free takes it: a wake-up and two system
calls, where a connection of its own would cost a dozen. The worker answers over a line that it keeps to each server
process: a whole short answer is one message; a longer one brings the socket over which it is streamed (see
:mod:`biokg.execution.frames`). A line that closes says that its worker ended.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

QUERY, CALL, NUDGE = b"Q", b"A", b"N"
"""Messages in the queue: a query; word that somebody waits at the ``workers`` socket; a reason to look up."""
WHOLE, FAILED, STREAM, LOST = b"W", b"X", b"S", b"L"
"""Kinds of reply: the answer, an error, a socket over which it comes, or that the worker ended."""
LONGEST_MESSAGE = 64 * 1024
LONGEST_REPLY = 64 * 1024
_ASKED = struct.Struct(">cQ??")
_REPLY = struct.Struct(">Qcd")
_ANCILLARY = socket.CMSG_SPACE(4)


class Asked(NamedTuple):
    """A query in the queue: its number, text, media type and base, whether plain patterns read all graphs, and
    whether the text says GRAPH or FROM."""

    request: int
    text: str
    media_type: str
    base: str
    union: bool
    names_graphs: bool

    def packed(self) -> bytes:
        """As a message; neither a media type nor a base holds a NUL."""
        head = _ASKED.pack(QUERY, self.request, self.union, self.names_graphs)
        return head + f"{self.media_type}\0{self.base}\0{self.text}".encode()

    @classmethod
    def of(cls, message: bytes) -> Asked:
        """The query that *message* holds."""
        _, request, union, names_graphs = _ASKED.unpack_from(message)
        media_type, base, text = message[_ASKED.size :].decode().split("\0", 2)
        return cls(request, text, media_type, base, union, names_graphs)


class WorkQueue:
    """Messages from any process to whichever worker takes them first; inherited by forks, handed to others."""

    def __init__(self, put: socket.socket, take: socket.socket | None = None) -> None:
        self._put = put
        self._take = take

    @classmethod
    def make(cls) -> WorkQueue:
        """A new queue."""
        put, take = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        put.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        return cls(put, take)

    @classmethod
    def fetch(cls, address: Path) -> WorkQueue:
        """The queue that the holder at *address* gives away. Raises ``OSError``."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(10)
            connection.connect(str(address))
            _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
        if not descriptors:
            raise ConnectionError("the workers' queue was not given")
        return cls(socket.socket(fileno=descriptors[0]))

    def give(self, listener: socket.socket) -> None:
        """Hand the queue to whoever waits at *listener*."""
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            socket.send_fds(connection, [QUERY], [self._put.fileno()])

    def put(self, message: bytes) -> bool:
        """Put *message* in without waiting; false when there is no room."""
        try:
            self._put.send(message, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True

    def put_back(self, message: bytes) -> None:
        """Put in what was taken out, waiting for room."""
        self._put.sendall(message)

    def take(self) -> bytes:
        """The next message; waits for one."""
        if self._take is None:
            raise ConnectionError("this process only puts")
        return self._take.recv(LONGEST_MESSAGE)


def line_address(place: Path, request: int) -> str:
    """Where the server process that numbered *request* takes replies."""
    return str(place / f"line-{request >> 32:08x}")


class WorkerLines:
    """The lines of one worker to the server processes, opened when first needed."""

    def __init__(self, place: Path, hello: dict[str, object]) -> None:
        self._place = place
        self._hello = json.dumps(hello).encode()
        self._lines: dict[int, socket.socket] = {}

    def to(self, request: int) -> socket.socket:
        """The line to the process that numbered *request*. Raises ``OSError`` when that has gone."""
        server = request >> 32
        line = self._lines.get(server)
        if line is None:
            line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                line.connect(line_address(self._place, request))
                line.send(self._hello)
            except OSError:
                line.close()
                raise
            self._lines[server] = line
        return line

    def drop(self, request: int) -> None:
        """Forget the line to the process that numbered *request*."""
        line = self._lines.pop(request >> 32, None)
        if line is not None:
            line.close()


def reply(line: socket.socket, request: int, kind: bytes, payload: bytes | bytearray, seconds: float) -> None:
    """Send a reply that took *seconds* to compute. Raises ``OSError`` when the server process has gone."""
    line.send(_REPLY.pack(request, kind, seconds) + payload)


def reply_stream(line: socket.socket, request: int) -> socket.socket:
    """Send the far end of a new socket, and return the near one. Raises ``OSError``."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with far:
        try:
            socket.send_fds(line, [_REPLY.pack(request, STREAM, 0.0)], [far.fileno()])
        except OSError:
            near.close()
            raise
    return near


@dataclass(frozen=True)
class Reply:
    """What came back: the number of the request, the kind, its payload, seconds of compute, the version asked, a
    socket; and where it is lost, whether the worker was stopped for the query to wait (``parked``)."""

    request: int
    kind: bytes
    payload: bytes = b""
    seconds: float = 0.0
    version: str = ""
    stream: socket.socket | None = None
    parked: bool = False


class Line:
    """The server's end of one worker's line."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.pid = self.slot = 0
        self.version = ""

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._connection.fileno()

    def receive(self) -> Reply | None:
        """The next reply, ``None`` for a greeting. Raises ``BlockingIOError``, or ``ConnectionError`` at the end."""
        data, ancillary, _, _ = self._connection.recvmsg(LONGEST_REPLY + 64, _ANCILLARY, socket.MSG_DONTWAIT)
        if not data:
            raise ConnectionError("the worker ended")
        if not self.pid:
            hello = json.loads(data)
            self.pid, self.slot, self.version = hello["pid"], hello["slot"], hello["version"]
            return None
        request, kind, seconds = _REPLY.unpack_from(data)
        stream = None
        for _, _, held in ancillary:
            stream = socket.socket(fileno=int.from_bytes(held[:4], sys.byteorder))
        return Reply(request, kind, data[_REPLY.size :], seconds, self.version, stream)

    def close(self) -> None:
        """Close the line."""
        self._connection.close()
