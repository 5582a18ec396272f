"""Nodes of two classes that exclude each other, told in plain words before a reasoner finds a contradiction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, product

from pyoxigraph import NamedNode, Store, Triple

from biokg.shapes.asking import rows
from biokg.shapes.report import Result
from biokg.shapes.vocabulary import Term
from biokg.terms import PREFIXES, RDF_TYPE, SHAPE, shorten

ONE_KIND = NamedNode(SHAPE + "OneKind")
"""Named as the source shape of these results, though the rule is read from the ontology's axioms."""
_OWL, _RDF = PREFIXES["owl"], PREFIXES["rdf"]
_SUB_CLASS = PREFIXES["rdfs"] + "subClassOf"
_AXIOMS = (_SUB_CLASS, _OWL + "disjointWith", _OWL + "members", _RDF + "first", _RDF + "rest")


def of_two_kinds(data: Store) -> tuple[Result, ...]:
    """A Violation for each node of *data* in two classes which the ontology within it sets apart.

    Reads ``owl:disjointWith``, ``owl:AllDisjointClasses`` and ``rdfs:subClassOf``; types only as they are stated.
    """
    stated = {name: _stated(data, name) for name in _AXIOMS}
    together = {frozenset(pair) for pair in rows(data, "two-kinds.rq")}
    apart = {frozenset(pair) for pair in _pairs(stated, _members(data, _OWL + "AllDisjointClasses"))}
    found = []
    for one, other in (sorted(pair, key=str) for pair in together):
        above = product(_above(one, stated[_SUB_CLASS]), _above(other, stated[_SUB_CLASS]))
        if isinstance(one, NamedNode) and isinstance(other, NamedNode) and any(frozenset(p) in apart for p in above):
            found += [_result(node, one, other) for node in _members(data, one.value) & _members(data, other.value)]
    return tuple(sorted(found, key=str))


def _stated(data: Store, name: str) -> dict[Term, list[Term]]:
    """The values of a property by their nodes."""
    values: dict[Term, list[Term]] = defaultdict(list)
    for quad in data.quads_for_pattern(None, NamedNode(name), None, None):
        if not isinstance(quad.object, Triple) and not isinstance(quad.subject, Triple):
            values[quad.subject].append(quad.object)
    return values


def _members(data: Store, class_iri: str) -> set[Term]:
    typed = data.quads_for_pattern(None, NamedNode(RDF_TYPE), NamedNode(class_iri), None)
    return {quad.subject for quad in typed if not isinstance(quad.subject, Triple)}


def _pairs(stated: dict[str, dict[Term, list[Term]]], all_disjoint: set[Term]) -> Iterator[tuple[Term, Term]]:
    for one, others in stated[_OWL + "disjointWith"].items():
        yield from ((one, other) for other in others)
    for node, lists in stated[_OWL + "members"].items():
        if node in all_disjoint:
            yield from combinations(_items(lists[0], stated), 2)


def _items(cell: Term, stated: dict[str, dict[Term, list[Term]]]) -> Iterator[Term]:
    seen: set[Term] = set()
    while cell not in seen and cell in stated[_RDF + "first"]:
        seen.add(cell)
        yield stated[_RDF + "first"][cell][0]
        cell = next(iter(stated[_RDF + "rest"].get(cell, ())), cell)


def _above(kind: Term, parents: dict[Term, list[Term]]) -> set[Term]:
    found, waiting = {kind}, [kind]
    while waiting:
        more = [parent for parent in parents.get(waiting.pop(), ()) if parent not in found]
        found.update(more)
        waiting += more
    return found


def _result(node: Term, one: NamedNode, other: NamedNode) -> Result:
    message = (
        f"nothing is both a {shorten(one.value)} and a {shorten(other.value)}: give each an IRI of its own, and tie "
        "them by a relation."
    )
    return Result(node, None, other, ONE_KIND, SHAPE + "OneKindConstraintComponent", "Violation", message)
