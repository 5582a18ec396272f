"""What follows from the data, computed in the store into graphs of its own, one per source layer.

Semi-naive: after the first round a rule is asked only about triples that the last round added. Everything runs as
SPARQL Update in the store, so a remote engine does the work where the data is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from biokg.reasoning.axioms import Atom, Rule, read_rules
from biokg.terms import (
    GRAPH,
    HYPOTHESIS_GRAPH,
    LAYERS,
    LINK_GRAPH,
    ONTOLOGY,
    ONTOLOGY_GRAPH,
    SCHEME_GRAPH,
    inferred_graph,
    layer_graph,
)

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from biokg.store.base import Store

SHARED = (SCHEME_GRAPH, HYPOTHESIS_GRAPH, LINK_GRAPH)
"""Graphs that are premises of every layer."""
_FRESH = tuple(f"{GRAPH}inferred/fresh-{i}" for i in range(2))
_ADDED = GRAPH + "inferred/added"


def rules_of(store: Store, namespace: str | None = ONTOLOGY) -> tuple[Rule, ...]:
    """The rules that the ontology graph of *store* declares."""
    return read_rules(store.quads(ONTOLOGY_GRAPH), namespace)


def premises(layer: str) -> tuple[str, ...]:
    """The graphs that conclusions of *layer* may rest on: shared ones, this and earlier layers, and what follows."""
    known = LAYERS[: LAYERS.index(layer) + 1]
    return (*SHARED, *(g for name in known for g in (layer_graph(name), inferred_graph(name))))


def materialise(store: Store) -> int:
    """Fill ``inferred_graph(layer)`` of every layer anew and return how many triples the three hold.

    What follows from the dissertation (with the shared graphs) goes to ``inferred/dissertation``; what follows only
    when public records are added goes to the graph of the layer that is needed for it. No conclusion repeats a triple
    that a premise already states.
    """
    rules = rules_of(store)
    for layer in LAYERS:
        _empty(store, inferred_graph(layer))
    for layer in LAYERS:
        _saturate(store, rules, layer, None if layer == LAYERS[0] else layer_graph(layer))
    return sum(_size(store, inferred_graph(layer)) for layer in LAYERS)


def extend(store: Store, added: Iterable[Quad], layer: str) -> int:
    """Add what follows from triples that were just written to *layer*, and return how many triples that is.

    Later layers rest on earlier ones: their conclusions are extended too. For deletions call :func:`materialise`.
    """
    from pyoxigraph import NamedNode, Quad

    rules = rules_of(store)
    before = sum(_size(store, inferred_graph(name)) for name in LAYERS)
    _empty(store, _ADDED)
    store.add(Quad(q.subject, q.predicate, q.object, NamedNode(_ADDED)) for q in added)
    try:
        for name in LAYERS[LAYERS.index(layer) :]:
            _saturate(store, rules, name, _ADDED, also=_ADDED)
    finally:
        _empty(store, _ADDED)
    return sum(_size(store, inferred_graph(name)) for name in LAYERS) - before


def _saturate(store: Store, rules: Sequence[Rule], layer: str, delta: str | None, *, also: str | None = None) -> None:
    """Rounds of rules until nothing new comes; *delta* holds the triples that are new at the start (None: all are).

    New conclusions are put into the graph *also* too, where given.
    """
    sources, target = premises(layer), inferred_graph(layer)
    try:
        for turn in range(_MOST_ROUNDS):
            fresh = _FRESH[turn % 2]
            _empty(store, fresh)
            for rule in rules:
                for text in _updates(rule, sources, (target, also) if also else (target,), delta, fresh):
                    store.update(text)
            if not store.ask(_text("any.rq", graph=f"<{fresh}>"), union_default_graph=False):
                return
            delta = fresh
    finally:
        for graph in _FRESH:
            _empty(store, graph)


_MOST_ROUNDS = 1000
"""A transitive path of n steps is closed in about log2(n) rounds; this stops only a fault."""


def _updates(rule: Rule, sources: Sequence[str], targets: Sequence[str], delta: str | None, fresh: str) -> list[str]:
    """One update per atom that may match the new triples (one in all for the first round)."""
    new = range(len(rule.body)) if delta else (None,)
    using = " ".join(f"USING <{g}>" for g in sources) + (f" USING NAMED <{delta}>" if delta else "")
    head = rule.head.sparql()
    into = " ".join(f"GRAPH <{graph}> {{ {head} }}" for graph in (*targets, fresh))
    shared = {"into": into, "using": using, "head": head, "subject": str(rule.head.subject)}
    return [_text("infer.ru", body=_body(rule.body, i, delta), **shared) for i in new]


def _body(body: Sequence[Atom], new: int | None, delta: str | None) -> str:
    patterns = [atom.sparql() for atom in body]
    if new is not None:
        patterns.insert(0, f"GRAPH <{delta}> {{ {patterns.pop(new)} }}")
    return " ".join(patterns)


def _size(store: Store, graph: str) -> int:
    found = store.select(_text("size.rq", graph=f"<{graph}>"), union_default_graph=False)
    return int(str(next(iter(found.rows))[0].value))  # type: ignore[union-attr]


def _empty(store: Store, graph: str) -> None:
    store.update(_text("empty.ru", graph=f"<{graph}>"))


@cache
def _template(name: str) -> str:
    return (files("biokg.reasoning") / "queries" / name).read_text(encoding="utf-8")


def _text(name: str, **parts: str) -> str:
    """The template *name* with its ``{parts}`` filled in: made from axioms and graph names, never from input."""
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], _template(name))
