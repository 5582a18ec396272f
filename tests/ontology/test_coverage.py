"""No term is there for nothing: data, a competency question, a canned query or a fixture uses each one."""

from __future__ import annotations

import re
from pathlib import Path

from pyoxigraph import NamedNode
from pyoxigraph import Store as Turtle

from biokg.hypotheses import assess
from biokg.hypotheses.provenance import assessment_quads
from biokg.store.base import Store

ROOT = "https://w3id.org/biokg/ontology/"
DEFINED_BY = NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")


def _in_files(repository: Path) -> set[str]:
    places = (
        repository.glob("ontology/competency/*/*.rq"),
        repository.glob("src/biokg/queries/*/*.rq"),
        repository.glob("tests/fixtures/*/*.t*"),
        repository.glob("tests/shapes/fixtures/**/*.t*"),
    )
    texts = (file.read_text(encoding="utf-8") for place in places for file in place)
    return {ROOT + name for text in texts for name in re.findall(r"\bbkg:(\w+)", text)}


def _in_data(store: Store) -> set[str]:
    text = "SELECT DISTINCT ?term WHERE { { ?s ?term ?o } UNION { ?s a ?term } }"
    return {term.value for (term,) in store.select(text).rows if isinstance(term, NamedNode)}


def _in_assessments(store: Store) -> set[str]:
    """Terms of the stored form of verdicts, and of the vocabulary only: nothing there is undeclared."""
    quads = list(assessment_quads(assess(store, ["all"])))
    return {quad.predicate.value for quad in quads} | {
        quad.object.value for quad in quads if isinstance(quad.object, NamedNode)
    }


def test_every_class_and_property_is_used(repository: Path, ontology: Turtle, store: Store) -> None:
    declared = {quad.subject.value for quad in ontology.quads_for_pattern(None, DEFINED_BY, None)}  # type: ignore[union-attr]
    in_assessments = _in_assessments(store)
    unused = declared - _in_files(repository) - _in_data(store) - in_assessments
    ours = {term for term in in_assessments if term.startswith(ROOT)}
    assert ours <= declared, sorted(ours - declared)
    assert len(declared) > 250
    assert unused == set(), sorted(unused)
