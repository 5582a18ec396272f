"""What follows from the data, computed in the store into graphs of its own, one per source layer.

Semi-naive: a rule is asked about the triples that are given, graph by graph, and then only about those that the last
round added. Everything runs as SPARQL Update in the store, so a remote engine does the work where the data is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from biokg.reasoning.axioms import Rule, read_rules
from biokg.reasoning.steps import Plan, Step, plan_of
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
    plan = plan_of(rules_of(store))
    for layer in LAYERS:
        _empty(store, inferred_graph(layer))
    for layer in LAYERS:
        _saturate(store, plan, layer, [*(SHARED if layer == LAYERS[0] else ()), layer_graph(layer)])
    return sum(_size(store, inferred_graph(layer)) for layer in LAYERS)


def extend(store: Store, added: Iterable[Quad], layer: str) -> int:
    """Add what follows from triples that were just written to *layer*, and return how many triples that is.

    Later layers rest on earlier ones: their conclusions are extended too. For deletions call :func:`materialise`.
    """
    from pyoxigraph import NamedNode, Quad

    plan = plan_of(rules_of(store))
    _empty(store, _ADDED)
    store.add(Quad(q.subject, q.predicate, q.object, NamedNode(_ADDED)) for q in added)
    try:
        before = _size(store, _ADDED)
        for name in LAYERS[LAYERS.index(layer) :]:
            _saturate(store, plan, name, [_ADDED], also=_ADDED)
        return _size(store, _ADDED) - before
    finally:
        _empty(store, _ADDED)


def _saturate(store: Store, plan: Plan, layer: str, given: Sequence[str], *, also: str | None = None) -> None:
    """Add what follows in *layer* from the graphs *given*, one after the other, until nothing more comes.

    New conclusions are put into the graph *also* too, where given.
    """
    targets = (inferred_graph(layer), also) if also else (inferred_graph(layer),)
    sources = [graph for graph in premises(layer) if graph not in given]
    try:
        for graph in _FRESH:
            _empty(store, graph)
        for delta in given:
            sources += [delta] if delta in premises(layer) else []
            _ask(store, plan.given, delta, sources, (*targets, _FRESH[0]))
        for turn in range(_MOST_ROUNDS):
            delta, fresh = _FRESH[turn % 2], _FRESH[1 - turn % 2]
            if not store.ask(_text("any.rq", graph=f"<{delta}>"), union_default_graph=False):
                return
            _ask(store, plan.concluded, delta, sources, (*targets, fresh))
            _empty(store, delta)
    finally:
        for graph in _FRESH:
            _empty(store, graph)


_MOST_ROUNDS = 1000
"""A transitive path of n steps is closed in about log2(n) rounds; this stops only a fault."""


def _ask(store: Store, steps: Sequence[Step], delta: str, sources: Sequence[str], into: Sequence[str]) -> None:
    """Add what *steps* conclude with a triple of *delta* to the graphs *into*; to the last only what is held."""
    known = ", ".join(f"<{graph}>" for graph in sources)
    for step in steps:
        head = step.head.sparql()
        rest = (f"GRAPH ?g{i} {{ {atom.sparql()} }} FILTER(?g{i} IN ({known}))" for i, atom in enumerate(step.rest))
        text = _text(
            "infer.ru",
            into=" ".join(f"GRAPH <{graph}> {{ {head} }}" for graph in (into if step.held else into[:-1])),
            body=" ".join((f"GRAPH <{delta}> {{ {step.new.sparql()} }}", *rest)),
            sources=known,
            head=head,
            subject=step.head.subject,
        )
        store.update(text)


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
