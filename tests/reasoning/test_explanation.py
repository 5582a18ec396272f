"""``biokg explain`` leads from an inferred triple to stated ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from biokg.errors import NotFound, UsageError
from biokg.reasoning import materialise
from biokg.reasoning.explanation import explain, parse_triple
from biokg.store.memory import MemoryStore
from biokg.terms import LAYERS, ONTOLOGY_GRAPH, inferred_graph, layer_graph, term

ROOT = Path(__file__).resolve().parents[2]
E = "http://e/"


@pytest.fixture(scope="module")
def held() -> MemoryStore:
    store = MemoryStore()
    for file in sorted((ROOT / "ontology").glob("*.ttl")):
        for quad in parse(path=file, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            store.add([Quad(*quad.triple, NamedNode(ONTOLOGY_GRAPH))])
    world = parse(path=ROOT / "tests" / "shapes" / "fixtures" / "valid.ttl", format=RdfFormat.TURTLE)
    store.add(Quad(*quad.triple, NamedNode(layer_graph("public-to-2016"))) for quad in world)
    materialise(store)
    return store


def test_every_inferred_triple_rests_on_stated_ones_only(held: MemoryStore) -> None:
    stated = {q.triple for layer in LAYERS for q in held.quads(layer_graph(layer))}
    inferred = [q.triple for layer in LAYERS for q in held.quads(inferred_graph(layer))]
    assert inferred
    for triple in inferred:
        found = explain(held, triple)
        assert not found.graphs
        assert found.asserted
        assert set(found.asserted) <= stated


def test_the_premises_alone_imply_the_triple_again(held: MemoryStore) -> None:
    triple = parse_triple("<https://example.org/aerospace/aileron> bkg:basedIn <https://example.org/aerospace/spain>")
    alone = MemoryStore()
    alone.add(held.quads(ONTOLOGY_GRAPH))
    alone.add(Quad(*t, NamedNode(layer_graph("dissertation"))) for t in explain(held, triple).asserted)
    materialise(alone)
    assert triple in {q.triple for q in alone.quads(inferred_graph("dissertation"))}


def test_a_stated_triple_names_its_graph(held: MemoryStore) -> None:
    triple = parse_triple("<https://example.org/aerospace/seat> bkg:stateOf <https://example.org/aerospace/aileron>")
    assert explain(held, triple).graphs == (layer_graph("public-to-2016"),)
    assert "(stated in public-to-2016)" in explain(held, triple).text()


def test_what_does_not_follow_is_not_explained(held: MemoryStore) -> None:
    with pytest.raises(NotFound):
        explain(held, Triple(NamedNode(E + "a"), NamedNode(term("basedIn")), NamedNode(E + "b")))


@pytest.mark.parametrize(
    "text",
    [
        "bki:region/flanders bkg:partOfRegion bki:region/belgium .",
        "<https://w3id.org/biokg/id/region/flanders> <https://w3id.org/biokg/ontology/partOfRegion> bki:region/belgium",
        "https://w3id.org/biokg/id/region/flanders bkg:partOfRegion https://w3id.org/biokg/id/region/belgium",
    ],
)
def test_a_triple_can_be_written_in_several_ways(text: str) -> None:
    triple = parse_triple(text)
    assert triple.subject == NamedNode("https://w3id.org/biokg/id/region/flanders")
    assert triple.object == NamedNode("https://w3id.org/biokg/id/region/belgium")


def test_a_literal_with_spaces_is_one_term() -> None:
    assert parse_triple('bki:x rdfs:label "a name"@en').object.value == "a name"


@pytest.mark.parametrize("text", ["", "a b", "bki:x a bkg:Alliance bkg:Event", "x y z", '"text" a bkg:Alliance'])
def test_what_is_no_triple_is_refused_with_a_fix(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_triple(text)
    assert caught.value.fix
