"""``/sparql``: SPARQL 1.1 Protocol, query operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request

from biokg.errors import TooLarge, UsageError
from biokg.execution.pool import Answer, Job
from biokg.sparql.guard import VOLATILE, Guarded
from biokg.web.clients import client_address, hung_up
from biokg.web.description import description
from biokg.web.direct import FLIGHT
from biokg.web.negotiation import answer_types, prefers_html
from biokg.web.protocol import (
    QUERY,
    Asker,
    Operation,
    Sent,
    guard_query,
    job_of,
    machine_accept,
    read_operation,
)
from biokg.web.service import service

blueprint = Blueprint("sparql", __name__)
_OF_A_QUERY = frozenset({"timeout", "default-graph-uri", "named-graph-uri"})
"""Parameters that mean nothing without a query."""


def body_of_request(ceiling: int) -> bytes:
    """The body, decompressed by nobody. Raises :class:`TooLarge` above *ceiling* bytes."""
    if request.content_length is not None and request.content_length > ceiling:
        raise TooLarge(f"the body is longer than {ceiling} bytes")
    body = request.stream.read(ceiling + 1)
    if len(body) > ceiling:
        raise TooLarge(f"the body is longer than {ceiling} bytes")
    return body


def operation(name: str, direct: str, ceiling: int) -> Operation | None:
    """The protocol operation called *name* of the request under way; see :func:`read_operation`."""
    content_type = request.headers.get("Content-Type", "")
    sent = Sent(request.method, request.query_string, content_type, body_of_request)
    return read_operation(name, direct, ceiling, sent)


@blueprint.route("/sparql", methods=["GET", "POST"])
@blueprint.route("/sparql/", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query; without one, the service description, or the query page for browsers."""
    asked = operation("query", QUERY, service().settings.max_query_bytes)
    accept = request.headers.get("Accept")
    if asked is None:
        if request.method == "POST":
            raise UsageError("there is no query", fix="send query=…")
        if _OF_A_QUERY & set(request.args):
            raise UsageError("there is no query", fix="send query=…, or nothing for the service description")
        return _moved("/query") if prefers_html(accept) else description()
    if prefers_html(accept) and request.method == "GET" and asked.one("format") is None:
        return _moved("/query?" + urlencode({"query": asked.text}))
    asked, guarded = guard_query(asked, service())
    said, written = answer_types(guarded.form, accept=machine_accept(accept), asked=asked.one("format"))
    answer = service().pool.run(_job(asked, guarded, written), request.environ.get(FLIGHT))
    return respond(answer, said, guarded)


def _moved(target: str) -> Response:
    response = redirect(target, 303)
    response.headers["Vary"] = "Accept"
    return Response(response.get_data(), 303, response.headers)


def _job(asked: Operation, guarded: Guarded, written: str) -> Job:
    asker = Asker(client_address(), g.begun, request.base_url, hung_up())
    return job_of(asked, guarded, written, service().settings.union, asker)


def respond(answer: Answer, said: str, guarded: Guarded) -> Response:
    """The response to a query; what NOW, RAND and the like make is neither tagged nor kept."""
    response = stream(answer, said)
    if VOLATILE & guarded.words:
        response.headers["Cache-Control"] = "no-store"
        g.tag = None
    return response


def stream(answer: Answer, said: str) -> Response:
    """The response that carries *answer*: whole if short, else as it comes; broken if the worker is stopped."""
    body: Any = answer.first if answer.complete else _chunks(answer)
    response = Response(body, 200)
    response.headers["Content-Type"] = said if said.startswith("application/") else f"{said}; charset=utf-8"
    response.headers["Vary"] = "Accept, Accept-Encoding"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-BioKG-Version"] = answer.version
    g.tag = answer.version if answer.complete else None
    return response


def _chunks(answer: Answer) -> Iterator[bytes]:
    """The answer as it comes. When it is cut this raises, and the gateway breaks the connection off."""
    try:
        yield from answer
    finally:
        answer.close()
