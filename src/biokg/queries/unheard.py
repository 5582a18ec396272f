"""Names of the project in a query that its graph does not hold: the usual reason for an empty answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from biokg.queries.nearest import nearest
from biokg.sparql.tokens import tokens
from biokg.store.answering import store_query
from biokg.terms import BASE, PREFIXES, shorten

if TYPE_CHECKING:
    from biokg.store.base import Store


def unheard_names(store: Store, text: str) -> Iterator[str]:
    """A sentence, with the nearest name, for each IRI of the project in the query *text* that *store* does not hold."""
    from pyoxigraph import Literal, NamedNode

    for iri in _names(text):
        if store.ask(store_query("held"), bindings={"name": NamedNode(iri)}):
            continue
        folder = iri[: iri.rindex("/") + 1]
        there = store.select(store_query("named"), bindings={"start": Literal(folder)}).rows
        names = [str(getattr(row[0], "value", ""))[len(folder) :] for row in there]
        near = nearest(iri[len(folder) :], names)
        hint = f"; did you mean {shorten(folder + near)}?" if near else ""
        yield f"the graph says nothing of {shorten(iri)}{hint}"


def _names(text: str) -> Iterator[str]:
    """The IRIs of the project that *text* names, each once, in order."""
    seen = dict.fromkeys(_expanded(token.text) for token in tokens(text) if token.kind in ("name", "iri"))
    return (iri for iri in seen if iri.startswith(BASE) and not iri.endswith(("/", "#")))


def _expanded(token: str) -> str:
    if token.startswith("<"):
        return token[1:-1]
    prefix, _, local = token.partition(":")
    return PREFIXES.get(prefix, "") + local
