"""The real data contradict no axiom: what domains and ranges infer clashes with no disjointness.

HermiT is for the ontology and small fixtures; this is the part of its work that bulk data can break.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

import pytest
from pyoxigraph import NamedNode, Quad
from pyoxigraph import Store as Turtle

from biokg.hypotheses import assess
from biokg.hypotheses.provenance import assessment_quads
from biokg.store.base import Store
from biokg.terms import ONTOLOGY_GRAPH, QUERY_GRAPH

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"


def _pairs(ontology: Turtle, text: str) -> list[tuple[str, str]]:
    prefixes = f"PREFIX rdf: <{RDF}> PREFIX rdfs: <{RDFS}> PREFIX owl: <{OWL}> "
    return [(one.value, other.value) for one, other in ontology.query(prefixes + text)]


@pytest.fixture(scope="module")
def disjoint(ontology: Turtle) -> set[frozenset[str]]:
    found = {frozenset(pair) for pair in _pairs(ontology, "SELECT ?a ?b WHERE { ?a owl:disjointWith ?b }")}
    members = defaultdict(list)
    for axiom, member in _pairs(ontology, "SELECT ?l ?m WHERE { ?x owl:members ?l . ?l rdf:rest*/rdf:first ?m }"):
        members[axiom].append(member)
    return found | {frozenset(pair) for group in members.values() for pair in combinations(group, 2)}


def _types(ontology: Turtle, quads: list[Quad]) -> Mapping[str, dict[str, str]]:
    """Each node's classes, asserted or inferred from a domain, range or superclass, with the reason."""
    domain, target, above = defaultdict(set), defaultdict(set), defaultdict(set)
    for pair, held in (("domain", domain), ("range", target), ("subClassOf+", above)):
        for one, other in _pairs(ontology, f"SELECT ?a ?b WHERE {{ ?a rdfs:{pair} ?b FILTER(ISIRI(?b)) }}"):
            held[one].add(other)
    types: dict[str, dict[str, str]] = defaultdict(dict)

    def note(node: str, kind: str, reason: str) -> None:
        for every in (kind, *above[kind]):
            types[node].setdefault(every, reason)

    for quad in quads:
        subject, predicate = quad.subject.value, quad.predicate.value  # type: ignore[union-attr]
        if predicate == RDF + "type":
            note(subject, quad.object.value, "asserted")  # type: ignore[union-attr]
        for kind in domain[predicate]:
            note(subject, kind, f"domain of {predicate}")
        if isinstance(quad.object, NamedNode):
            for kind in target[predicate]:
                note(quad.object.value, kind, f"range of {predicate}, from {subject}")
    return types


def test_data_and_verdicts_contradict_no_axiom(ontology: Turtle, store: Store, disjoint: set[frozenset[str]]) -> None:
    vocabulary = {NamedNode(ONTOLOGY_GRAPH), NamedNode(QUERY_GRAPH)}
    quads = [quad for quad in store.quads() if quad.graph_name not in vocabulary]
    quads += assessment_quads(assess(store, ["all"]))
    types = _types(ontology, quads)
    assert len(types) > 3000
    clashes = [
        (node, one, kinds[one], other, kinds[other])
        for node, kinds in types.items()
        for one, other in combinations(kinds, 2)
        if frozenset((one, other)) in disjoint
    ]
    assert clashes == [], clashes[:10]
