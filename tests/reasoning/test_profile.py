"""The ontology is in OWL 2 DL, with and without its alignments; each kind of breach is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyowl2_profiles import detect_profiles
from pyoxigraph import Quad, RdfFormat, Store, parse

from biokg.reasoning.consistency import ontology_triples
from biokg.reasoning.profile import profile_violations

ONTOLOGY = Path(__file__).resolve().parents[2] / "ontology"
HEAD = """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix e: <http://e/> .
"""


@pytest.mark.parametrize("alignments", [False, True], ids=["core", "with alignments"])
def test_the_ontology_is_in_owl_2_dl(alignments: bool) -> None:
    triples = list(ontology_triples(ONTOLOGY, alignments=alignments))
    assert profile_violations(triples) == ()
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    found = detect_profiles(store, graph_iri=None)["dl"]
    assert found["in_profile"], found["sample_violations"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("e:p a owl:ObjectProperty , owl:DatatypeProperty .", "is declared as"),
        ("e:p a owl:DatatypeProperty ; rdfs:range xsd:date .", "no OWL 2 datatype"),
        ("e:p a owl:TransitiveProperty , owl:FunctionalProperty .", "composite"),
        ("e:p a owl:TransitiveProperty ; rdfs:subPropertyOf e:q . e:q a owl:FunctionalProperty .", "composite"),
        ("e:p a owl:TransitiveProperty ; owl:inverseOf e:q . e:q a owl:AsymmetricProperty .", "composite"),
        ("e:p owl:propertyChainAxiom ( e:q e:r ) . [] owl:onProperty e:p ; owl:maxCardinality 1 .", "counted"),
        ("e:p a owl:TransitiveProperty ; owl:propertyDisjointWith e:q .", "disjoint"),
        ("e:p owl:propertyChainAxiom ( e:q e:p e:r ) .", "leads back"),
        ("e:p owl:propertyChainAxiom ( e:q e:r ) . e:q owl:propertyChainAxiom ( e:p e:r ) .", "leads back"),
    ],
)
def test_a_breach_is_named(text: str, says: str) -> None:
    found = profile_violations(parse(HEAD + text, format=RdfFormat.TURTLE))
    assert found
    assert all(says in sentence for sentence in found)


@pytest.mark.parametrize(
    "text",
    [
        "e:p owl:propertyChainAxiom ( e:p e:r ) .",
        "e:p owl:propertyChainAxiom ( e:r e:p ) .",
        "e:p a owl:TransitiveProperty . e:q a owl:FunctionalProperty ; rdfs:subPropertyOf e:p .",
    ],
)
def test_what_is_allowed_is_let_pass(text: str) -> None:
    assert profile_violations(parse(HEAD + text, format=RdfFormat.TURTLE)) == ()
