"""Answers kept by dataset version and handed out before Flask is reached."""

from __future__ import annotations

import io
import itertools
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biokg.web.service import Service

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]
ACCESS = logging.getLogger("biokg.access")
LONGEST_POST = 16 * 1024
"""Bytes of the longest query by POST whose answer is kept."""
_PER_REQUEST = frozenset({"x-request-id", "date"})
OVERHEAD = 1024
"""Bytes that an entry counts beside its body: key, headers, bookkeeping."""


@dataclass(frozen=True)
class Entry:
    """One kept response."""

    headers: tuple[tuple[str, str], ...]
    tag: str
    body: bytes


class AnswerCache:
    """A WSGI application in front of *inner* that keeps its tagged answers, at most *ceiling* bytes of them.

    Kept is a 200 to a GET, or to a short query by POST, that carries a strong ``ETag``, is no page, and came
    whole. The key is all that such an answer depends on: version, address, host (the base IRI), ``Accept``
    and the encoding. A new version empties the cache.
    """

    def __init__(self, inner: Application, service: Service, ceiling: int) -> None:
        self._inner = inner
        self._service = service
        self._ceiling = ceiling
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._bytes = 0
        self._version = ""
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the cache, or through *inner*, as WSGI has it (PEP 3333)."""
        body = _query_body(environ) if environ["REQUEST_METHOD"] == "POST" else b""
        if body is None or environ["REQUEST_METHOD"] not in ("GET", "POST") or self._ceiling <= 0:
            return self._inner(environ, start_response)
        version = self._service.version
        if version != self._version:
            self._empty(version)
        key = (*_key(environ), body.decode("latin-1"))
        entry = self._entries.get(key)
        if entry is not None:
            return self._hit(key, entry, environ, start_response)
        return self._miss(key, version, environ, start_response)

    def kept(self, key: Key, same_as: str | None) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Status, headers and body of the kept answer to the GET that *key* names, or ``None``.

        *same_as* is the request's ``If-None-Match``.
        """
        if self._service.version != self._version:
            return None
        entry = self._entries.get(key)
        if entry is None:
            return None
        return self._given(key, entry, same_as)

    def _given(self, key: Key, entry: Entry, same_as: str | None) -> tuple[int, list[tuple[str, str]], bytes]:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
        headers = [*entry.headers, ("X-Request-Id", request_id())]
        status, body = 200, entry.body
        if same_as is not None and matches(same_as, entry.tag):
            headers = [(n, v) for n, v in headers if n.lower() not in ("content-length", "content-type")]
            status, body = 304, b""
        if self._service.metrics is not None:
            self._service.metrics.hit(status)
        if ACCESS.isEnabledFor(logging.INFO):
            ACCESS.info("%s %d cached", key[0], status, extra={"route": key[0], "status": status})
        return status, headers, body

    def _hit(self, key: Key, entry: Entry, environ: Environ, start_response: StartResponse) -> list[bytes]:
        same_as = environ.get("HTTP_IF_NONE_MATCH") if environ["REQUEST_METHOD"] == "GET" else None
        status, headers, body = self._given(key, entry, same_as)
        start_response("304 Not Modified" if status == 304 else "200 OK", headers)
        return [body]

    def _miss(self, key: Key, version: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        seen: list[Any] = []

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen[:] = [status, headers]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        result = self._inner(environ, started)
        held = {name.lower(): value for name, value in seen[1]} if seen else {}
        tag = held.get("etag", "")
        wanted = (
            seen
            and seen[0].startswith("200")
            and tag.startswith('"')
            and "no-store" not in held.get("cache-control", "")
        )
        if not wanted or "content-length" not in held or held.get("content-type", "").startswith("text/html"):
            return result
        body = b"".join(result)
        if len(body) != int(held["content-length"]) or held.get("x-biokg-version") != version:
            return [body]
        headers = tuple((name, value) for name, value in seen[1] if name.lower() not in _PER_REQUEST)
        self._keep(key, version, Entry(headers, tag, body))
        return [body]

    def keep(self, environ: Environ, sent: bytes, version: str, entry: Entry) -> None:
        """Keep *entry*, the answer to *environ* with the body *sent*, for as long as *version* lasts."""
        if version == self._service.version:
            if version != self._version:
                self._empty(version)
            self._keep((*_key(environ), sent.decode("latin-1")), version, entry)

    def _keep(self, key: Key, version: str, entry: Entry) -> None:
        size = len(entry.body) + OVERHEAD
        if size > self._ceiling // 4:
            return
        with self._lock:
            if version != self._version or key in self._entries:
                return
            self._entries[key] = entry
            self._bytes += size
            while self._bytes > self._ceiling:
                _, dropped = self._entries.popitem(last=False)
                self._bytes -= len(dropped.body) + OVERHEAD

    def _empty(self, version: str) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0
            self._version = version


_PREFIX = os.urandom(5).hex()
_NUMBERS = itertools.count(1)


def request_id() -> str:
    """A name for one request, different in every process."""
    return f"{_PREFIX}{next(_NUMBERS):06x}"


def key_of(path: str, query_string: str, header: Callable[[str], str | None]) -> Key:
    """The key of a GET, from its parts; *header* gives a header by its name in lower case."""
    names = ("content-type", "host", "accept", "accept-encoding", "accept-language", "cookie")
    return (path, query_string, *(header(name) or "" for name in names), "")


def _key(environ: Environ) -> Key:
    return (
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        environ.get("CONTENT_TYPE", ""),
        environ.get("HTTP_HOST", ""),
        environ.get("HTTP_ACCEPT", ""),
        environ.get("HTTP_ACCEPT_ENCODING", ""),
        environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        environ.get("HTTP_COOKIE", ""),
    )


def _query_body(environ: Environ) -> bytes | None:
    """The body of a short query by POST, which stays readable; ``None`` for every other POST."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or environ.get("HTTP_CONTENT_LENGTH") or -1)
    except ValueError:
        return None
    if environ["PATH_INFO"] != "/sparql" or not 0 <= length <= LONGEST_POST:
        return None
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def matches(given: str | None, tag: str) -> bool:
    """Whether an ``If-None-Match`` that was *given* names *tag*."""
    return given is not None and (given.strip() == "*" or tag in (part.strip() for part in given.split(",")))
