"""The short way of a query: from the event loop to a worker and back, without a thread.

Whatever is not done in a moment (an error, a long answer, a long evaluation) is handed over as it stands to the
application, which has the only code for those.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from biokg.errors import BioKGError, TooLarge
from biokg.execution.run import Run
from biokg.sparql.guard import Guarded
from biokg.web.cache import Entry, matches, request_id
from biokg.web.clients import address_behind
from biokg.web.negotiation import answer_types, prefers_html
from biokg.web.protocol import QUERY, VOLATILE, Asker, Sent, guard_query, job_of, machine_accept, read_operation

if TYPE_CHECKING:
    from biokg.web.cache import AnswerCache
    from biokg.web.service import Service

ERROR = "biokg.error"
"""Key of the environment under which an error stands that the application is to answer."""
RUN = "biokg.run"
"""Key of the environment under which a query stands that was begun."""
LONGEST = 8 * 1024
"""Bytes of text and parameters up to which the short way is tried."""
MOMENT = 0.15
"""Seconds after which an evaluation is handed over."""
GZIP_FROM = 1024
COMMON = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, X-BioKG-Version, X-Request-Id, Retry-After"),
    ("Vary", "Accept, Accept-Encoding"),
)
"""Headers of every answer to a query."""


@dataclass(frozen=True)
class _Asked:
    run: Run
    said: str
    guarded: Guarded


class Direct:
    """Answers short queries of *service* on the event loop, and has *cache* keep them."""

    def __init__(self, service: Service, cache: AnswerCache) -> None:
        self._service = service
        self._cache = cache

    def takes(self, environ: dict[str, Any], length: int) -> bool:
        """Whether this is a query that may go the short way; *length* is that of its body."""
        method = environ["REQUEST_METHOD"]
        if environ["PATH_INFO"] != "/sparql" or method not in ("GET", "POST"):
            return False
        if len(environ["QUERY_STRING"]) + length > LONGEST or (method == "GET" and not environ["QUERY_STRING"]):
            return False
        return method == "POST" or not prefers_html(environ.get("HTTP_ACCEPT"))

    async def answer(self, environ: dict[str, Any], body: bytes) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Status, headers and body, or ``None`` when the application is to go on with *environ*."""
        begun = time.monotonic()
        try:
            asked = self._begin(environ, body, begun)
        except BioKGError as error:
            environ[ERROR] = error
            return None
        if asked is None:
            return None
        data = await _moment(asked.run)
        if data is None:
            environ[RUN] = asked.run
            return None
        return self._respond(environ, asked, data, body, begun)

    def _begin(self, environ: dict[str, Any], body: bytes, begun: float) -> _Asked | None:
        held = self._service

        def read(ceiling: int) -> bytes:
            if len(body) > ceiling:
                raise TooLarge(f"the body is longer than {ceiling} bytes")
            return body

        method = environ["REQUEST_METHOD"]
        sent = Sent(method, environ["QUERY_STRING"].encode("latin-1"), environ.get("CONTENT_TYPE", ""), read)
        operation = read_operation("query", QUERY, held.settings.max_query_bytes, sent)
        if operation is None:
            return None
        operation, guarded = guard_query(operation, held)
        accept = machine_accept(environ.get("HTTP_ACCEPT"))
        said, written = answer_types(guarded.form, accept=accept, asked=operation.one("format"))
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        base = f"{environ['wsgi.url_scheme']}://{host}/sparql"
        trusted = held.settings.trusted_proxies
        client = address_behind(environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR"), trusted)
        job = job_of(operation, guarded, written, held.settings.union, Asker(client, begun, base))
        held.pool.quota.check(job.client)
        run = Run(held.pool, job)
        run.begin()
        return _Asked(run, said, guarded)

    def _respond(
        self, environ: dict[str, Any], asked: _Asked, data: bytes, sent: bytes, begun: float
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        version = asked.run.version
        headers = [*COMMON, ("X-BioKG-Version", version)]
        headers.append(("Content-Type", asked.said if asked.said[0] == "a" else f"{asked.said}; charset=utf-8"))
        if len(data) >= GZIP_FROM and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            data = gzip.compress(data, 5, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        status = 200
        if VOLATILE & asked.guarded.words:
            headers.append(("Cache-Control", "no-store"))
        else:
            tag = f'"{version[:12]}-{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
            headers += [("Cache-Control", "no-cache"), ("ETag", tag), ("Content-Length", str(len(data)))]
            self._cache.keep(environ, sent, version, Entry(tuple(headers), tag, data))
            if environ["REQUEST_METHOD"] == "GET" and matches(environ.get("HTTP_IF_NONE_MATCH"), tag):
                status, data = 304, b""
        headers.append(("X-Request-Id", request_id()))
        if self._service.metrics is not None:
            self._service.metrics.observe("/sparql", status, time.monotonic() - begun)
        return status, headers, data


def _takes_gzip(accepted: str) -> bool:
    if "gzip" not in accepted:
        return False
    for part in accepted.split(","):
        name, _, quality = part.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def _moment(run: Run) -> bytes | None:
    """The whole answer, if it comes within a moment; what came until then stays with *run*."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes | None] = loop.create_future()
    connection = run.socket

    def readable() -> None:
        if done.done():
            return
        try:
            data = connection.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        whole = run.fed(data) if data else None
        if whole is not None or not data or run.long:
            done.set_result(whole)

    def over() -> None:
        if not done.done():
            done.set_result(None)

    descriptor = connection.fileno()
    loop.add_reader(descriptor, readable)
    timer = loop.call_later(MOMENT, over)
    try:
        whole = await done
    finally:
        timer.cancel()
        loop.remove_reader(descriptor)
    if whole is not None:
        run.close(finished=True)
    return whole
