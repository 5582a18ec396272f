"""The short way of a query: from the event loop through the queue to a worker and back, without a thread.

Whatever is not done in a moment (an error, a long answer, a long evaluation) is handed over as it stands to the
application, which has the only code for those.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from biokg.errors import BioKGError, TooLarge
from biokg.execution.flights import Flight, Flights
from biokg.execution.lines import WHOLE, Reply
from biokg.sparql.guard import VOLATILE, Guarded
from biokg.web.cache import Entry, matches, request_id
from biokg.web.clients import address_behind
from biokg.web.negotiation import prefers_html, said_and_written
from biokg.web.protocol import QUERY, Asker, Sent, guard_query, job_of, machine_accept, read_operation

if TYPE_CHECKING:
    from biokg.web.cache import AnswerCache, Key
    from biokg.web.gateway import Scope
    from biokg.web.service import Service

ERROR = "biokg.error"
"""Key of the environment under which an error stands that the application is to answer."""
FLIGHT = "biokg.flight"
"""Key of the environment under which a query stands that was sent off."""
LONGEST = 8 * 1024
"""Bytes of text and parameters up to which the short way is tried."""
GZIP_FROM = 1024
ACCESS = logging.getLogger("biokg.access")
Response = tuple[int, list[tuple[str, str]], bytes]
COMMON = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, X-BioKG-Version, X-Request-Id, Retry-After"),
    ("Vary", "Accept, Accept-Encoding"),
)
"""Headers of every answer to a query."""


@dataclass(frozen=True, slots=True)
class _Asked:
    flight: Flight
    said: str
    guarded: Guarded
    client: str


class Direct:
    """Answers short queries of *service* on the event loop, and has *cache* keep them."""

    def __init__(self, service: Service, cache: AnswerCache) -> None:
        self._service = service
        self._cache = cache
        self._flights = Flights(service.pool)

    def takes(self, scope: Scope, length: int) -> bool:
        """Whether this is a query that may go the short way; *length* is that of its body."""
        if scope.path != "/sparql" or scope.headers.get("content-encoding"):
            return False
        query_string = len(scope.query_string)
        if scope.method == "POST":
            return query_string + length <= LONGEST
        return scope.method == "GET" and 0 < query_string <= LONGEST and not prefers_html(scope.headers.get("accept"))

    async def answer(self, scope: Scope, key: Key, body: bytes, more: dict[str, Any]) -> Response | None:
        """Status, headers and body; or ``None`` when the application is to go on, with *more* in its environment.

        *key* is what the answer is kept under.
        """
        begun = time.monotonic()
        try:
            asked = self._begin(scope, body, begun)
        except BioKGError as error:
            more[ERROR] = error
            return None
        if asked is None:
            return None
        try:
            reply = await asked.flight.future
        except BioKGError as error:
            more[ERROR] = error
            return None
        except BaseException:
            asked.flight.abandon()
            raise
        if reply is None or reply.kind != WHOLE:
            if reply is not None:
                asked.flight.hand_over(reply)
            more[FLIGHT] = asked.flight
            return None
        self._service.pool.quota.charge(asked.client, reply.seconds)
        return self._respond(scope, asked, reply, key, begun)

    def _begin(self, scope: Scope, body: bytes, begun: float) -> _Asked | None:
        held = self._service
        headers = scope.headers

        def read(ceiling: int) -> bytes:
            if len(body) > ceiling:
                raise TooLarge(f"the body is longer than {ceiling} bytes")
            return body

        content_type = headers.get("content-type") or ""
        sent = Sent(scope.method, scope.query_string.encode(), content_type, read)
        operation = read_operation("query", QUERY, held.settings.max_query_bytes, sent)
        if operation is None:
            return None
        operation, guarded = guard_query(operation, held)
        said, written = said_and_written(guarded.form, machine_accept(headers.get("accept")), operation.one("format"))
        base = f"{scope.scheme}://{headers.get('host') or scope.server}/sparql"
        trusted = held.settings.trusted_proxies
        forwarded = headers.get("x-forwarded-for") if trusted else None
        client = address_behind(scope.client.rpartition(":")[0], forwarded, trusted)
        held.pool.quota.check(client)
        job = job_of(operation, guarded, written, held.settings.union, Asker(client, begun, base))
        if job.default_graphs is not None or job.named_graphs is not None:
            return None
        flight = self._flights.send(job, job.names_graphs is not False)
        return _Asked(flight, said, guarded, client)

    def _respond(self, scope: Scope, asked: _Asked, reply: Reply, key: Key, begun: float) -> Response:
        version, data = reply.version, reply.payload
        said = asked.said if asked.said[0] == "a" else f"{asked.said}; charset=utf-8"
        headers = [*COMMON, ("X-BioKG-Version", version), ("Content-Type", said)]
        if len(data) >= GZIP_FROM and _takes_gzip(scope.headers.get("accept-encoding") or ""):
            data = gzip.compress(data, 1, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        status = 200
        if VOLATILE & asked.guarded.words:
            headers.append(("Cache-Control", "no-store"))
        else:
            tag = f'"{version[:12]}-{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
            headers += (("Cache-Control", "no-cache"), ("ETag", tag), ("Content-Length", str(len(data))))
            self._cache.keep(key, version, Entry(tuple(headers), tag, data))
            if scope.method == "GET" and matches(scope.headers.get("if-none-match"), tag):
                status, data = 304, b""
        number = request_id()
        headers.append(("X-Request-Id", number))
        seconds = time.monotonic() - begun
        if self._service.metrics is not None:
            self._service.metrics.observe("/sparql", status, seconds)
        if ACCESS.isEnabledFor(logging.INFO):
            said_of_it = {"request_id": number, "route": "/sparql", "status": status, "method": scope.method}
            ACCESS.info("/sparql %d", status, extra=said_of_it | {"seconds": round(seconds, 6)})
        return status, headers, data


def _takes_gzip(accepted: str) -> bool:
    if "gzip" not in accepted:
        return False
    for part in accepted.split(","):
        name, _, quality = part.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
