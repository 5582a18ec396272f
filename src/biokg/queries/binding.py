"""Parameters of canned queries: checked against their type, bound as RDF terms, never as text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from biokg.errors import UsageError
from biokg.queries.header import ANY, CannedQuery, Parameter, slots
from biokg.queries.nearest import nearest
from biokg.terms import PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode

_XSD = PREFIXES["xsd"]
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


def _expanded(text: str) -> str:
    prefix, colon, local = text.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES and not local.startswith("//") else text


def _iri(text: str) -> NamedNode:
    from pyoxigraph import NamedNode

    address = _expanded(text)
    if not _IRI.fullmatch(address):
        raise ValueError("not an absolute IRI")
    return NamedNode(address)


def _lexical(kind: str, text: str) -> str:
    """The canonical lexical form of *text* as a value of *kind*; raises ``ValueError``."""
    if kind == "integer":
        if not re.fullmatch(r"[+-]?\d{1,18}", text):
            raise ValueError("not a whole number")
        return str(int(text))
    if kind == "decimal":
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError("not a number") from None
        if not number.is_finite() or abs(number.adjusted()) > 30:
            raise ValueError("not a number of ordinary size")
        return f"{number:f}"
    if kind == "date":
        return datetime.date.fromisoformat(text).isoformat()
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text


def to_term(kind: str, text: str) -> NamedNode | Literal:
    """The RDF term of *text* as a parameter of type *kind*; raises ``ValueError`` with the reason."""
    from pyoxigraph import Literal, NamedNode

    if kind == "iri":
        return _iri(text)
    if kind == "string":
        return Literal(text)
    return Literal(_lexical(kind, text), datatype=NamedNode(_XSD + kind))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = getattr(value, "value", value)
    return str(text)


def _checked(query: CannedQuery, parameter: Parameter, text: str) -> NamedNode | Literal:
    allowed = {value: to_term(parameter.type, value) for value in parameter.allowed}
    listed = f"Allowed: {', '.join(parameter.allowed)}." if allowed else ""
    if parameter.type == "iri":
        text = next((value for value in parameter.allowed if value.rsplit("/", 1)[-1] == text.lower()), text)
    try:
        term = to_term(parameter.type, text)
    except ValueError as error:
        raise UsageError(
            f"query {query.name}: parameter {parameter.name} is no {parameter.type}: {text!r} ({error})",
            fix=listed or f"Give {parameter.name} as a value of type {parameter.type}.",
        ) from None
    if allowed and term not in allowed.values():
        guess = nearest(text, parameter.allowed)
        raise UsageError(
            f"query {query.name}: {text!r} is not a value of parameter {parameter.name}",
            fix=(f"Did you mean {guess!r}? " if guess else "") + listed,
        )
    return term


def effective(query: CannedQuery, parameters: Mapping[str, Any] | None = None) -> dict[str, NamedNode | Literal | None]:
    """The term each parameter of *query* gets (``None``: open); raises :class:`UsageError` for any mistake."""
    given = dict(parameters or {})
    names = [parameter.name for parameter in query.parameters]
    for name in given:
        if name not in names:
            guess = nearest(name, names)
            hint = f"Did you mean {guess!r}? " if guess else ""
            listed = ", ".join(names) if names else "none"
            raise UsageError(f"query {query.name} has no parameter {name!r}", fix=f"{hint}Its parameters: {listed}.")
    terms: dict[str, NamedNode | Literal | None] = {}
    for parameter in query.parameters:
        value = given.get(parameter.name)
        text = parameter.default if value is None or value == "" else _plain(value)
        terms[parameter.name] = None if text is None or text == ANY else _checked(query, parameter, text)
    return terms


def bind(query: CannedQuery, parameters: Mapping[str, Any] | None = None) -> str:
    """The text of *query* with each parameter's ``VALUES`` block holding its term (or ``UNDEF``).

    Promised: whatever a value holds, the query's algebra stays the same; only one term changes. Raises
    :class:`UsageError` for an unknown parameter, a value of the wrong type, or one that is not allowed.
    """
    terms = effective(query, parameters)
    text = query.text
    for slot in reversed(slots(text)):
        if slot.name in terms:
            term = terms[slot.name]
            text = f"{text[: slot.start]} {'UNDEF' if term is None else term} {text[slot.end :]}"
    return text
