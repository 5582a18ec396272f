"""SPARQL 1.1 Protocol as pure functions: what was sent, what it asks for, and the job it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_to_bytes

from biokg.errors import UnsupportedMediaType, UsageError
from biokg.execution.pool import Job
from biokg.sparql.guard import Guarded, check_query
from biokg.sparql.silent import without_silent_services
from biokg.web.negotiation import prefers_html

if TYPE_CHECKING:
    from biokg.web.service import Service

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_CHARSET = re.compile(r'charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)


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


def pairs(data: bytes) -> tuple[tuple[str, str], ...]:
    """Parameters in order. Raises :class:`UsageError` when they are no percent-encoded UTF-8."""
    try:
        if b"&" not in data:
            name, given, value = data.partition(b"=")
            return ((_unquoted(name), _unquoted(value)),) if name or given else ()
        return tuple(parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000))
    except (UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"the parameters cannot be read: {error}", fix="percent-encode them as UTF-8") from None


def _unquoted(data: bytes) -> str:
    if not data.isascii():
        raise ValueError("a character outside ASCII")
    return unquote_to_bytes(data.replace(b"+", b" ")).decode()


def media_type_of(content_type: str) -> str:
    """*content_type* without parameters. Raises for a character set other than UTF-8."""
    charset = _CHARSET.search(content_type)
    if charset is not None and charset.group(1).lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"the character set {charset.group(1)!r} is not read here", fix="send UTF-8")
    return content_type.split(";", maxsplit=1)[0].strip().lower()


@dataclass(frozen=True)
class Sent:
    """What of a request the protocol looks at; ``body`` reads at most as many bytes as it is told."""

    method: str
    query_string: bytes
    content_type: str
    body: Callable[[int], bytes]


def read_operation(name: str, direct: str, ceiling: int, sent: Sent) -> Operation | None:
    """The protocol operation called *name* (``query`` or ``update``) of this request, or ``None``.

    *direct* is the content type of a body that is the text itself; *ceiling* bounds the body in bytes.
    Raises :class:`UsageError` and :class:`UnsupportedMediaType` for what the protocol does not allow.
    """
    parameters = pairs(sent.query_string)
    if sent.method != "POST":
        _refuse_other(name, parameters)
        return _taken(name, parameters)
    kind = media_type_of(sent.content_type)
    if kind == FORM:
        parameters = (*pairs(sent.body(ceiling * 3 + 4096)), *parameters)
        _refuse_other(name, parameters)
        return _taken(name, parameters)
    if kind == direct:
        if any(key == name for key, _ in parameters):
            raise UsageError(f"the {name} is given both in the address and in the body", fix="give it once")
        _refuse_other(name, parameters)
        return Operation(decoded(sent.body(ceiling)), parameters)
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


def require_iris(graphs: Iterable[str]) -> None:
    """Raise :class:`UsageError` for a graph that is no absolute IRI."""
    for graph in graphs:
        if not is_iri(graph):
            raise UsageError(f"{graph!r} is no absolute IRI", fix="name a graph of this store")


def is_iri(text: str) -> bool:
    """Whether *text* is an absolute IRI that the engine takes; handed any other, a worker would fail."""
    import pyoxigraph as ox

    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


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


def guard_query(asked: Operation, held: Service) -> tuple[Operation, Guarded]:
    """The operation after the guard. SERVICE is led through the forwarder where some origins are allowed; else it is
    refused or, where it is SILENT, fails without a word."""
    if "service" not in asked.text.lower():
        return asked, check_query(asked.text, held.guard)
    if held.forwarder is None:
        asked = replace(asked, text=without_silent_services(asked.text))
        return asked, check_query(asked.text, held.guard)
    from biokg.linking.forwarder import rewrite

    guarded = check_query(asked.text, replace(held.guard, service=True))
    return replace(asked, text=rewrite(asked.text, held.forwarder)), guarded


def machine_accept(accept: str | None) -> str | None:
    """A page is never asked of this address by POST: what a browser sends then means any format."""
    return None if accept and prefers_html(accept) and "*/*" not in accept else accept


@dataclass(frozen=True)
class Asker:
    """Who asks: the address to charge, when the request came, the base IRI, and whether the client has gone."""

    client: str
    begun: float
    base: str
    gone: Callable[[], bool] | None = None


def job_of(asked: Operation, guarded: Guarded, written: str, union: bool, asker: Asker) -> Job:
    """The job of a query that is to be answered as *written*."""
    defaults, named = asked.all("default-graph-uri"), asked.all("named-graph-uri")
    require_iris((*defaults, *named))
    if not is_iri(asker.base):
        raise UsageError(f"{asker.base!r} can be no base IRI", fix="send a Host that names a host")
    given = bool(defaults or named)
    return Job(
        asked.text,
        written,
        default_graphs=defaults if given else None,
        named_graphs=named if given else None,
        union=union,
        names_graphs=bool({"GRAPH", "FROM"} & guarded.words) or "\\u" in asked.text,
        base=asker.base,
        deadline=deadline(asked.one("timeout")),
        begun=asker.begun,
        client=asker.client,
        gone=asker.gone,
    )
