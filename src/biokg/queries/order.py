"""The order of an answer, made after it: an engine looks the text of a term up at each comparison of its sort."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import groupby
from math import isnan
from typing import TYPE_CHECKING, Any, TypeAlias

from biokg.terms import PREFIXES

if TYPE_CHECKING:
    from biokg.store.base import Term

Row: TypeAlias = "tuple[Term | None, ...]"
Keys: TypeAlias = tuple[tuple[str, bool], ...]
"""Variables in order of rank, each with whether it goes down."""

_CLAUSE = re.compile(r"\bORDER\s+BY((?:\s+(?:DESC\(\?\w+\)|\?\w+))+)\s*\Z")
_KEY = re.compile(r"(DESC)?(\(\?\w+\)|\?\w+)")
_XSD = PREFIXES["xsd"]
_NUMBERS: dict[str, Callable[[str], Any]] = {
    _XSD + "integer": int,
    _XSD + "decimal": Decimal,
    _XSD + "double": float,
    _XSD + "float": float,
}


def without_order(text: str) -> tuple[str, Keys]:
    """*text* without its last clause, where that orders by variables, and what it orders by.

    >>> without_order("SELECT ?a ?n WHERE { ?a ?b ?n } ORDER BY DESC(?n) ?a")
    ('SELECT ?a ?n WHERE { ?a ?b ?n } ', (('n', True), ('a', False)))
    """
    found = _CLAUSE.search(text)
    if found is None:
        return text, ()
    keys = [(part.strip("?()"), bool(down)) for down, part in _KEY.findall(found[1])]
    return text[: found.start()], tuple(keys)


def in_order(rows: Sequence[Row], variables: Sequence[str], keys: Keys) -> list[Row]:
    """*rows* as SPARQL orders terms: nothing, blank nodes, IRIs, numbers by value, other literals.

    The first key mostly tells rows apart, so the others are looked at only where it does not.
    """
    if not keys:
        return list(rows)
    (name, down), *_ = keys
    place = variables.index(name)
    first = [_rank(row[place]) for row in rows]
    found: list[Row] = []
    for _, tied in groupby(sorted(range(len(rows)), key=first.__getitem__, reverse=down), key=first.__getitem__):
        found += _by_all([rows[number] for number in tied], variables, keys[1:])
    return found


def _by_all(rows: list[Row], variables: Sequence[str], keys: Keys) -> list[Row]:
    for down, group in groupby(reversed(keys) if len(rows) > 1 else (), key=lambda key: key[1]):
        rows.sort(key=_ranks([variables.index(name) for name, _ in group][::-1]), reverse=down)
    return rows


def _ranks(places: Sequence[int]) -> Callable[[Row], list[tuple[Any, ...]]]:
    return lambda row: [_rank(row[place]) for place in places]


def _rank(term: Term | None) -> tuple[Any, ...]:
    kind = type(term).__name__
    if kind == "NamedNode":
        return (2, term.value)  # type: ignore[union-attr]
    if term is None:
        return (0,)
    if kind != "Literal":
        return (1, str(term))
    return _literal_rank(term)


def _literal_rank(literal: Any) -> tuple[Any, ...]:
    datatype = literal.datatype.value
    if datatype in _NUMBERS:
        with suppress(ArithmeticError, ValueError):
            number = _NUMBERS[datatype](literal.value)
            return (3, number) if not isnan(number) else (3.5,)
    return (4, literal.value, literal.language or "", datatype)
