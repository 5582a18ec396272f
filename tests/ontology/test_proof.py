"""HermiT finds the ontology consistent, and each disjointness axiom bites."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, Triple, parse

from biokg.reasoning.consistency import consistency

CONTRADICTORY = sorted((Path(__file__).parent / "contradictory").glob("*.ttl"))
OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(RDF + "type")
PROBE = "https://example.org/probe/"


def _members(store: Store, head: NamedNode | BlankNode) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(head, NamedNode(RDF + "first"), None):
        assert isinstance(quad.object, NamedNode)
        yield quad.object
    for quad in store.quads_for_pattern(head, NamedNode(RDF + "rest"), None):
        if quad.object != NamedNode(RDF + "nil"):
            assert isinstance(quad.object, NamedNode | BlankNode)
            yield from _members(store, quad.object)


def _disjoint_pairs(store: Store) -> list[tuple[NamedNode, NamedNode]]:
    pairs = {
        (quad.subject, quad.object) for quad in store.quads_for_pattern(None, NamedNode(OWL + "disjointWith"), None)
    }
    for quad in store.quads_for_pattern(None, NamedNode(OWL + "members"), None):
        assert isinstance(quad.object, NamedNode | BlankNode)
        pairs |= set(combinations(_members(store, quad.object), 2))
    return sorted(pairs, key=str)  # type: ignore[arg-type]


def test_ontology_is_consistent_and_every_class_can_have_an_instance(folder: Path) -> None:
    assert consistency(folder).sound


def test_ontology_stays_sound_with_all_alignments(folder: Path) -> None:
    assert consistency(folder, alignments=True).sound


def test_nothing_can_be_of_two_disjoint_classes(folder: Path, ontology: Store) -> None:
    """One probe class below both members of each pair: every probe must be unsatisfiable, and nothing else."""
    below = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    data: list[Triple] = []
    pairs = _disjoint_pairs(ontology)
    assert len(pairs) > 60
    for number, (one, other) in enumerate(pairs):
        probe = NamedNode(f"{PROBE}{number}")
        data += [Triple(probe, TYPE, NamedNode(OWL + "Class")), Triple(probe, below, one), Triple(probe, below, other)]
    found = consistency(folder, data=data)
    assert found.consistent
    assert set(found.unsatisfiable) == {f"{PROBE}{number}" for number in range(len(pairs))}


@pytest.mark.parametrize("file", CONTRADICTORY, ids=lambda file: file.stem)
def test_bad_data_contradicts_the_ontology(folder: Path, file: Path) -> None:
    data = [quad.triple for quad in parse(path=file, format=RdfFormat.TURTLE)]
    assert not consistency(folder, data=data).consistent, file.read_text(encoding="utf-8").splitlines()[0]
