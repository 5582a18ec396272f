"""Nodes of two classes that exclude each other, told in plain words before a reasoner finds a contradiction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from pyoxigraph import NamedNode, Quad, Triple

from biokg.shapes.report import Result
from biokg.shapes.vocabulary import Term
from biokg.terms import PREFIXES, RDF_TYPE, SHAPE, shorten

ONE_KIND = NamedNode(SHAPE + "OneKind")
"""Named as the source shape of these results, though the rule is read from the ontology's axioms."""
_OWL, _RDF = PREFIXES["owl"], PREFIXES["rdf"]
_SUB_CLASS = PREFIXES["rdfs"] + "subClassOf"
_READ = {RDF_TYPE, _SUB_CLASS, _OWL + "disjointWith", _OWL + "members", _RDF + "first", _RDF + "rest"}


def of_two_kinds(quads: Iterable[Quad]) -> tuple[Result, ...]:
    """A Violation for each node that *quads* put into two classes which the ontology among them sets apart.

    Reads ``owl:disjointWith``, ``owl:AllDisjointClasses`` and ``rdfs:subClassOf``; types only as they are stated.
    """
    outgoing: dict[str, dict[Term, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if quad.predicate.value not in _READ:
            continue
        if not isinstance(quad.object, Triple) and not isinstance(quad.subject, Triple):
            outgoing[quad.predicate.value][quad.subject].append(quad.object)
    apart = {frozenset(pair) for pair in _pairs(outgoing)}
    found = []
    for node, kinds in outgoing[RDF_TYPE].items():
        named = {kind for kind in kinds if isinstance(kind, NamedNode)}
        for one, other in combinations(sorted(named, key=str), 2):
            above = product(_above(one, outgoing[_SUB_CLASS]), _above(other, outgoing[_SUB_CLASS]))
            if any(frozenset(pair) in apart for pair in above):
                found.append(_result(node, one, other))
    return tuple(sorted(found, key=str))


def _pairs(outgoing: dict[str, dict[Term, list[Term]]]) -> Iterator[tuple[Term, Term]]:
    for one, others in outgoing[_OWL + "disjointWith"].items():
        yield from ((one, other) for other in others)
    for node, lists in outgoing[_OWL + "members"].items():
        if NamedNode(_OWL + "AllDisjointClasses") in outgoing[RDF_TYPE].get(node, ()):
            yield from combinations(_items(lists[0], outgoing), 2)


def _items(cell: Term, outgoing: dict[str, dict[Term, list[Term]]]) -> Iterator[Term]:
    seen: set[Term] = set()
    while cell not in seen and cell in outgoing[_RDF + "first"]:
        seen.add(cell)
        yield outgoing[_RDF + "first"][cell][0]
        cell = next(iter(outgoing[_RDF + "rest"].get(cell, ())), cell)


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
