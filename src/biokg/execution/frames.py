"""The wire between the web process and a worker: typed, length-prefixed frames on a Unix socket.

A worker that accepts a connection says ``HELLO`` and waits for one ``QUERY``. It answers ``START`` (the
media type), any number of ``DATA`` and then ``END``; or ``ERROR`` at any point. A connection that closes
before ``END`` or ``ERROR`` means that the worker died: what came before it is no whole answer.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

HELLO, QUERY, START, DATA, END, ERROR = b"H", b"Q", b"S", b"D", b"E", b"X"
_HEAD = struct.Struct(">cI")


class Closed(Exception):
    """The other side closed the connection within a conversation."""


def packed(kind: bytes, payload: bytes | bytearray) -> bytes:
    """One frame as bytes."""
    return _HEAD.pack(kind, len(payload)) + payload


def packed_json(kind: bytes, document: dict[str, Any]) -> bytes:
    """One frame that holds a JSON document, as bytes."""
    return packed(kind, json.dumps(document).encode())


def send(connection: socket.socket, kind: bytes, payload: bytes = b"") -> None:
    """Write one frame."""
    connection.sendall(packed(kind, payload))


def send_json(connection: socket.socket, kind: bytes, document: dict[str, Any]) -> None:
    """Write one frame that holds a JSON document."""
    connection.sendall(packed_json(kind, document))


class Reader:
    """Reads frames from a socket; what its time-out raises passes through, and reading may go on after it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = bytearray()

    def frame(self) -> tuple[bytes, bytes]:
        """The next frame. Raises :class:`Closed` at the end of the stream, ``TimeoutError`` when none came."""
        while True:
            if len(self._held) >= _HEAD.size:
                kind, length = _HEAD.unpack_from(self._held)
                whole = _HEAD.size + length
                if len(self._held) >= whole:
                    payload = bytes(self._held[_HEAD.size : whole])
                    del self._held[:whole]
                    return kind, payload
            received = self._connection.recv(1 << 18)
            if not received:
                raise Closed
            self._held += received
