"""HermiT finds the ontology sound, and every disjointness axiom tells bad data from good."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse

from biokg.errors import UsageError
from biokg.reasoning.consistency import consistency, judge, ontology_triples
from biokg.shapes.index import GraphIndex, Node
from biokg.terms import RDF_TYPE

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"
WORLD = ROOT / "tests" / "shapes" / "fixtures" / "valid.ttl"
OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"


def _axioms() -> dict[str, list[tuple[str, str]]]:
    """Each disjointness axiom by name, with the pairs of classes that it keeps apart."""
    index = GraphIndex(ontology_triples(ONTOLOGY))
    found: dict[str, list[tuple[str, str]]] = {}
    for subject in index.subjects(OWL + "disjointWith"):
        for other in index.objects(subject, OWL + "disjointWith"):
            found[f"{_local(subject)} / {_local(other)}"] = [(subject.value, other.value)]
    for node in index.subjects(OWL + "members"):
        names = [item.value for head in index.objects(node, OWL + "members") for item in index.items(head)]
        found[" / ".join(name.rsplit("/", 1)[-1] for name in names)] = list(combinations(names, 2))
    return found


def _local(node: Node) -> str:
    return node.value.rsplit("/", 1)[-1]


AXIOMS = _axioms()


def test_the_ontology_is_consistent_and_every_class_can_have_an_instance() -> None:
    found = consistency(ONTOLOGY)
    assert found.sound
    assert found.classes > 40


def test_it_stays_so_with_the_alignments() -> None:
    assert consistency(ONTOLOGY, alignments=True).sound


def test_the_valid_world_is_consistent_with_it() -> None:
    assert consistency(ONTOLOGY, data=parse(path=WORLD, format=RdfFormat.TURTLE)).consistent


def _both(pairs: list[tuple[str, str]]) -> list[Triple]:
    """For each pair a class of things that are both."""
    triples = []
    for i, pair in enumerate(pairs):
        name, both, one, two = NamedNode(f"http://e/both-{i}"), BlankNode(), BlankNode(), BlankNode()
        links = [
            (name, RDF_TYPE, NamedNode(OWL + "Class")),
            (name, OWL + "equivalentClass", both),
            (both, RDF_TYPE, NamedNode(OWL + "Class")),
            (both, OWL + "intersectionOf", one),
            (one, RDF + "first", NamedNode(pair[0])),
            (one, RDF + "rest", two),
            (two, RDF + "first", NamedNode(pair[1])),
            (two, RDF + "rest", NamedNode(RDF + "nil")),
        ]
        triples += [Triple(s, NamedNode(p), o) for s, p, o in links]
    return triples


def test_nothing_can_be_of_two_disjoint_classes() -> None:
    pairs = sorted({pair for axiom in AXIOMS.values() for pair in axiom})
    found = judge([*ontology_triples(ONTOLOGY), *_both(pairs)])
    assert found.consistent
    assert set(found.unsatisfiable) == {f"http://e/both-{i}" for i in range(len(pairs))}


def _thing(*classes: str) -> list[Triple]:
    return [Triple(NamedNode("http://e/thing"), NamedNode(RDF_TYPE), NamedNode(name)) for name in classes]


@pytest.mark.parametrize("axiom", [min(AXIOMS), pytest.param("the rest", marks=pytest.mark.slow)])
def test_a_thing_of_two_disjoint_classes_makes_the_data_inconsistent(axiom: str) -> None:
    named = AXIOMS if axiom == "the rest" else {axiom: AXIOMS[axiom]}
    for name, pairs in named.items():
        assert not consistency(ONTOLOGY, data=_thing(*pairs[0])).consistent, name
    assert consistency(ONTOLOGY, data=_thing(pairs[0][0])).consistent


def test_an_unsatisfiable_class_is_named() -> None:
    text = f"""@prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix e: <http://e/> .
    e:A a owl:Class . e:B a owl:Class ; owl:disjointWith e:A . e:C a owl:Class ; rdfs:subClassOf e:A , e:B ."""
    assert judge(parse(text, format=RdfFormat.TURTLE)).unsatisfiable == ("http://e/C",)


def test_a_folder_without_modules_is_refused_with_a_fix(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        consistency(tmp_path)
    assert caught.value.fix


def test_dates_in_the_data_do_not_stop_the_reasoner() -> None:
    day = '"2001-01-01"^^<http://www.w3.org/2001/XMLSchema#date>'
    date = f"<http://e/x> <https://w3id.org/biokg/ontology/earliest> {day} ."
    assert consistency(ONTOLOGY, data=list[Quad](parse(date, format=RdfFormat.TURTLE))).consistent
