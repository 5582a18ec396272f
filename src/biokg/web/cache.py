"""Answers kept by dataset version and handed out before Flask is reached."""

from __future__ import annotations

import itertools
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biokg.web.gateway import Scope
    from biokg.web.service import Service

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str | bytes | None, ...]
KEY = "biokg.key"
"""Key of the environment under which stands what an answer is kept under, or ``None``."""
ACCESS = logging.getLogger("biokg.access")
LONGEST_POST = 16 * 1024
"""Bytes of the longest query by POST whose answer is kept."""
_PER_REQUEST = frozenset({"x-request-id", "date"})
OVERHEAD = 1024
"""Bytes that an entry counts beside its body and key: headers, bookkeeping."""


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
        """Answer through *inner*, as WSGI has it (PEP 3333), and keep what the environment's :data:`KEY` names."""
        key = environ.get(KEY)
        if key is None or self._ceiling <= 0:
            return self._inner(environ, start_response)
        return self._miss(key, self._service.version, environ, start_response)

    def stamped(self, key: Key | None) -> Key | None:
        """*key* with the number of writes done: making or dropping an empty graph changes answers, not the version."""
        return None if key is None else (*key, str(self._service.pool.published))

    def kept(self, key: Key, scope: Scope) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Status, headers and body of the kept answer to the request *scope* that *key* names, or ``None``."""
        entry = self._entries.get(key)
        if entry is None or self._service.version != self._version:
            return None
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
        status, body = 200, entry.body
        headers = [*entry.headers, ("X-Request-Id", request_id())]
        if scope.method == "GET" and matches(scope.headers.get("if-none-match"), entry.tag):
            headers = [(n, v) for n, v in headers if n.lower() not in ("content-length", "content-type")]
            status, body = 304, b""
        if self._service.metrics is not None:
            self._service.metrics.hit(status)
        if ACCESS.isEnabledFor(logging.INFO):
            ACCESS.info("%s %d cached", scope.path, status, extra={"route": scope.path, "status": status})
        return status, headers, body

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
        self.keep(key, version, Entry(headers, tag, body))
        return [body]

    def keep(self, key: Key, version: str, entry: Entry) -> None:
        """Keep *entry* under *key* for as long as *version* lasts; without one (a remote engine) keep nothing."""
        if self._ceiling > 0 and version and version == self._service.version:
            self._keep(key, version, entry)

    def _keep(self, key: Key, version: str, entry: Entry) -> None:
        size = _size(key, entry)
        if size > self._ceiling // 4:
            return
        with self._lock:
            if version != self._version:
                self._entries.clear()
                self._bytes = 0
                self._version = version
            if key in self._entries:
                return
            self._entries[key] = entry
            self._bytes += size
            while self._bytes > self._ceiling:
                self._bytes -= _size(*self._entries.popitem(last=False))


def _size(key: Key, entry: Entry) -> int:
    return len(entry.body) + sum(len(part) for part in key if part) + OVERHEAD


_PREFIX = os.urandom(5).hex()
_NUMBERS = itertools.count(1)


def request_id() -> str:
    """A name for one request, different in every process."""
    return f"{_PREFIX}{next(_NUMBERS):06x}"


def key_of(scope: Scope, body: bytes) -> Key | None:
    """What an answer to this request depends on beside the version; ``None`` where none is kept.

    Kept are answers to GET, and to short queries by POST.
    """
    method, path = scope.method, scope.path
    if method != "GET" and (method != "POST" or path != "/sparql" or len(body) > LONGEST_POST):
        return None
    header = scope.headers.get
    if path == "/sparql":
        return (
            scope.query_string,
            header("host"),
            header("accept"),
            header("accept-encoding"),
            header("content-type"),
            body,
        )
    names = ("host", "accept", "accept-encoding", "content-type", "accept-language", "cookie")
    return (path, scope.query_string, *map(header, names))


def matches(given: str | None, tag: str) -> bool:
    """Whether an ``If-None-Match`` that was *given* names *tag*."""
    return given is not None and (given.strip() == "*" or tag in (part.strip() for part in given.split(",")))
