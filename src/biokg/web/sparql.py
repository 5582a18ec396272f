"""``/sparql``: SPARQL 1.1 Protocol, query operation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, g, redirect, request

from biokg.errors import TooLarge, UnsupportedMediaType, UsageError
from biokg.execution.pool import Answer, Job
from biokg.sparql.guard import Guarded, check_query
from biokg.web.clients import client_address, hung_up
from biokg.web.description import description
from biokg.web.negotiation import answer_types, prefers_html
from biokg.web.service import service

blueprint = Blueprint("sparql", __name__)

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_CHARSET = re.compile(r'charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)
VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
"""Functions whose answer differs from call to call: such answers are neither tagged nor cached."""


@dataclass(frozen=True)
class Operation:
    """What the client sent: the text and the protocol's other parameters, in order."""

    text: str
    parameters: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Every value of the parameter *name*."""
        return [value for key, value in self.parameters if key == name]

    def one(self, name: str) -> str | None:
        """The value of *name*, if given. Raises :class:`UsageError` when it is given twice."""
        values = self.all(name)
        if len(values) > 1:
            raise UsageError(f"the parameter {name!r} is given {len(values)} times", fix="give it once")
        return values[0] if values else None


def decoded(body: bytes) -> str:
    """The request's text. Raises when it is not UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"the text is not UTF-8: {error.reason} at byte {error.start}", fix="send UTF-8") from None


def body_of_request(ceiling: int) -> bytes:
    """The body, decompressed by nobody. Raises :class:`TooLarge` above *ceiling* bytes."""
    if request.content_length is not None and request.content_length > ceiling:
        raise TooLarge(f"the body is longer than {ceiling} bytes")
    body = request.stream.read(ceiling + 1)
    if len(body) > ceiling:
        raise TooLarge(f"the body is longer than {ceiling} bytes")
    return body


def url_parameters() -> tuple[tuple[str, str], ...]:
    """Parameters of the address, in order. Raises when they are no UTF-8."""
    return _pairs(request.query_string)


def _pairs(data: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000))
    except (UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"the parameters cannot be read: {error}", fix="percent-encode them as UTF-8") from None


def media_type() -> str:
    """Content type of the request without parameters. Raises for a character set other than UTF-8."""
    given = request.headers.get("Content-Type", "")
    charset = _CHARSET.search(given)
    if charset is not None and charset.group(1).lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"the character set {charset.group(1)!r} is not read here", fix="send UTF-8")
    return given.split(";")[0].strip().lower()


def operation(name: str, direct: str, ceiling: int) -> Operation | None:
    """The protocol operation called *name* (``query`` or ``update``) of this request, or ``None``.

    *direct* is the content type of a body that is the text itself; *ceiling* bounds the body in bytes.
    Raises :class:`UsageError` and :class:`UnsupportedMediaType` for what the protocol does not allow.
    """
    parameters = url_parameters()
    if request.method != "POST":
        _refuse_other(name, parameters)
        return _taken(name, parameters)
    kind = media_type()
    if kind == FORM:
        parameters = (*_pairs(body_of_request(ceiling * 3 + 4096)), *parameters)
        _refuse_other(name, parameters)
        return _taken(name, parameters)
    if kind == direct:
        if any(key == name for key, _ in parameters):
            raise UsageError(f"the {name} is given both in the address and in the body", fix="give it once")
        _refuse_other(name, parameters)
        return Operation(decoded(body_of_request(ceiling)), parameters)
    raise UnsupportedMediaType(f"a body of type {kind or 'unknown'!r} is not read here", fix=f"send {direct} or {FORM}")


def _refuse_other(name: str, parameters: tuple[tuple[str, str], ...]) -> None:
    other = "update" if name == "query" else "query"
    if any(key == other for key, _ in parameters):
        raise UsageError(f"{other!r} is no parameter of this address", fix=f"send {name}=…")


def _taken(name: str, parameters: tuple[tuple[str, str], ...]) -> Operation | None:
    values = [value for key, value in parameters if key == name]
    if not values:
        return None
    if len(values) > 1:
        raise UsageError(f"the parameter {name!r} is given {len(values)} times", fix="give it once")
    return Operation(values[0], tuple(pair for pair in parameters if pair[0] != name))


@blueprint.route("/sparql", methods=["GET", "POST"])
@blueprint.route("/sparql/", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query; without one, the service description, or the query page for browsers."""
    settings = service().settings
    asked = operation("query", QUERY, settings.max_query_bytes)
    accept = request.headers.get("Accept")
    if asked is None:
        if request.method == "POST":
            raise UsageError("there is no query", fix="send query=…")
        return _moved("/query") if prefers_html(accept) else description()
    if prefers_html(accept) and request.method == "GET" and asked.one("format") is None:
        return _moved("/query?" + urlencode({"query": asked.text}))
    asked, guarded = _guarded(asked)
    said, written = answer_types(guarded.form, accept=_machine(accept), asked=asked.one("format"))
    answer = service().pool.run(_job(asked, written))
    return respond(answer, said, guarded)


def _guarded(asked: Operation) -> tuple[Operation, Guarded]:
    """The operation after the guard; SERVICE is led through the forwarder where some origins are allowed."""
    held = service()
    if held.forwarder is None or "service" not in asked.text.lower():
        return asked, check_query(asked.text, held.guard)
    from biokg.linking.forwarder import rewrite

    guarded = check_query(asked.text, replace(held.guard, service=True))
    return replace(asked, text=rewrite(asked.text, held.forwarder)), guarded


def _machine(accept: str | None) -> str | None:
    """A page is never asked of this address by POST: what a browser sends then means any format."""
    return None if accept and prefers_html(accept) and "*/*" not in accept else accept


def _moved(target: str) -> Response:
    response = redirect(target, 303)
    response.headers["Vary"] = "Accept"
    return Response(response.get_data(), 303, response.headers)


def _job(asked: Operation, written: str) -> Job:
    defaults, named = asked.all("default-graph-uri"), asked.all("named-graph-uri")
    require_iris((*defaults, *named))
    given = bool(defaults or named)
    return Job(
        asked.text,
        written,
        default_graphs=defaults if given else None,
        named_graphs=named if given else None,
        union=service().settings.union,
        base=request.base_url,
        deadline=deadline(asked.one("timeout")),
        begun=g.get("begun"),
        client=client_address(),
        gone=hung_up(),
    )


def require_iris(graphs: Iterable[str]) -> None:
    """Raise :class:`UsageError` for a graph that is no absolute IRI."""
    for graph in graphs:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*", graph):
            raise UsageError(f"{graph!r} is no absolute IRI", fix="name a graph of this store")


def deadline(asked: str | None) -> float | None:
    """Seconds asked for with ``timeout``. Raises :class:`UsageError` when it is no positive number."""
    if asked is None:
        return None
    try:
        seconds = float(asked)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise UsageError(f"timeout is {asked!r}, no positive number of seconds", fix="for instance timeout=30")
    return seconds


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
