"""The built graph speaks only the vocabulary that the ontology declares."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode
from pyoxigraph import Store as Turtle

from biokg.store.base import Store

ROOT = "https://w3id.org/biokg/ontology/"
SCHEME = "https://w3id.org/biokg/scheme/"
OWL = "http://www.w3.org/2002/07/owl#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _values(store: Store, text: str) -> set[str]:
    return {term.value for (term,) in store.select(text).rows if isinstance(term, NamedNode)}


@pytest.fixture(scope="session")
def declared(ontology: Turtle) -> set[str]:
    quads = ontology.quads_for_pattern(None, NamedNode(TYPE), None)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def test_every_predicate_of_ours_is_declared(store: Store, declared: set[str]) -> None:
    used = _values(store, "SELECT DISTINCT ?p WHERE { ?s ?p ?o }")
    ours = {term for term in used if term.startswith(ROOT)}
    assert len(ours) > 60
    assert ours <= declared, sorted(ours - declared)


def test_every_class_of_ours_is_declared(store: Store, declared: set[str]) -> None:
    used = _values(store, "SELECT DISTINCT ?c WHERE { ?s a ?c }")
    ours = {term for term in used if term.startswith(ROOT)}
    assert len(ours) > 20
    assert ours <= declared, sorted(ours - declared)


def test_every_code_is_a_concept_of_its_scheme(store: Store) -> None:
    used = _values(store, "SELECT DISTINCT ?o WHERE { ?s ?p ?o FILTER(ISIRI(?o)) }")
    known = _values(store, "SELECT DISTINCT ?c WHERE { ?c <http://www.w3.org/2004/02/skos/core#inScheme> ?s }")
    codes = {term for term in used if term.startswith(SCHEME) and "/" in term.removeprefix(SCHEME)}
    assert len(codes) > 100
    assert codes <= known, sorted(codes - known)


def test_object_and_datatype_properties_hold_what_they_should(store: Store) -> None:
    wrong = _values(
        store,
        f"SELECT DISTINCT ?p WHERE {{ ?p a <{OWL}ObjectProperty> . ?s ?p ?o FILTER(ISLITERAL(?o)) }}",
    ) | _values(
        store,
        f"SELECT DISTINCT ?p WHERE {{ ?p a <{OWL}DatatypeProperty> . ?s ?p ?o FILTER(!ISLITERAL(?o)) }}",
    )
    assert wrong == set()
