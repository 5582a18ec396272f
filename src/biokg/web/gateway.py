"""Between the server (RSGI) and the application (WSGI).

WSGI cannot tell that a client hung up, and a server that is handed a failing body ends it as if it were
whole. RSGI has the client's port and its going, so both can be put right here. Kept answers are given on
the event loop; everything else runs in a thread.
"""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from biokg.web.cache import KEY, key_of
from biokg.web.connection import Peer

if TYPE_CHECKING:
    from biokg.web.cache import AnswerCache
    from biokg.web.direct import Direct

Environ = dict[str, Any]
GONE = "biokg.gone"
"""Key of the environment under which a function tells whether the client has gone."""
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Scope(Protocol):
    """What RSGI says about a request."""

    client: str
    server: str
    scheme: str
    method: str
    path: str
    query_string: str
    http_version: str
    headers: Any


class _Started:
    """What the application said its status and headers are."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[str, str]] = []

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status = int(status[:3])
        self.headers = headers


class Gateway:
    """An RSGI application around *application*; *threads* requests run at a time, bodies up to *ceiling* bytes."""

    def __init__(self, application: AnswerCache, direct: Direct, threads: int, ceiling: int) -> None:
        self._application = application
        self._direct = direct
        self._ceiling = ceiling
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._asked_at = time.monotonic()

    def quiet_for(self) -> float:
        """Seconds since the last request came."""
        return time.monotonic() - self._asked_at

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """Answer one request."""
        self._asked_at = time.monotonic()
        method = scope.method
        body = b"" if method in _BODILESS else await self._body(protocol)
        key = self._application.stamped(key_of(scope, body))
        if key is not None:
            kept = self._application.kept(key, scope)
            if kept is not None:
                protocol.response_bytes(*kept)
                return
        more: Environ = {}
        if key is not None and self._direct.takes(scope, len(body)):
            short = await self._direct.answer(scope, key, body, more)
            if short is not None:
                protocol.response_bytes(*short)
                return
        environ = environment(scope)
        environ.update(more)
        environ[KEY] = key
        environ["wsgi.input"] = io.BytesIO(body)
        leaving = asyncio.ensure_future(protocol.client_disconnect())
        environ[GONE] = leaving.done
        try:
            await self._answer(environ, _Started(), protocol)
        finally:
            leaving.cancel()

    async def _body(self, protocol: Any) -> bytes:
        """The request's body; one byte more than the ceiling when it is longer, which the application refuses."""
        body = bytearray()
        async for chunk in protocol:
            if len(body) <= self._ceiling:
                body += chunk
        return bytes(body[: self._ceiling + 1])

    async def _answer(self, environ: Environ, started: _Started, protocol: Any) -> None:
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._threads, _called, self._application, environ, started)
        if isinstance(result, bytes):
            protocol.response_bytes(started.status, started.headers, result)
            return
        transport = protocol.response_stream(started.status, started.headers)
        chunks = iter(result)
        try:
            while True:
                chunk = await loop.run_in_executor(self._threads, next, chunks, None)
                if chunk is None:
                    return
                await transport.send_bytes(chunk)
        except BaseException:
            peer = Peer.of(environ)
            if peer is not None:
                peer.break_off()
            raise
        finally:
            await loop.run_in_executor(self._threads, _closed, result)


def _called(application: AnswerCache, environ: Environ, started: _Started) -> bytes | Iterable[bytes]:
    """The application's answer: bytes when it is whole."""
    result = application(environ, started)
    known = any(name.lower() == "content-length" for name, _ in started.headers)
    if known or environ["REQUEST_METHOD"] == "HEAD" or started.status in (204, 304):
        try:
            return b"".join(result)
        finally:
            _closed(result)
    return result


def _closed(result: Iterable[bytes] | Iterator[bytes]) -> None:
    close = getattr(result, "close", None)
    if close is not None:
        close()


def environment(scope: Scope) -> Environ:
    """The WSGI environment (PEP 3333) of a request."""
    host, _, port = scope.server.rpartition(":")
    client, _, client_port = scope.client.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client,
        "REMOTE_PORT": client_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
