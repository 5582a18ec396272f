from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biokg.errors import UsageError
from biokg.sparql.binding import bind
from biokg.store.memory import MemoryStore


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    held = MemoryStore()
    held.update("INSERT DATA { <e:a> <e:p> 'x', 'y' . <e:b> <e:p> 'x' ; <e:q> 1 . GRAPH <e:g> { <e:c> <e:p> 'x' } }")
    return held


literals = st.builds(ox.Literal, st.text())


@given(value=literals)
def test_a_value_never_changes_the_shape_of_the_query(value: ox.Literal) -> None:
    store = MemoryStore()
    store.add([ox.Quad(ox.NamedNode("e:s"), ox.NamedNode("e:p"), value)])
    store.add([ox.Quad(ox.NamedNode("e:s"), ox.NamedNode("e:p"), ox.Literal("another", language="xx"))])
    rows = list(store.select("SELECT ?s ?value { ?s <e:p> ?value }", bindings={"value": value}).rows)
    assert rows == [(ox.NamedNode("e:s"), value)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT ?s { ?s <e:p> ?v }", 2),
        ("SELECT ?s { { ?s <e:p> ?v } UNION { ?s <e:p> ?v } }", 4),
        ("SELECT ?n { { SELECT (COUNT(*) AS ?n) WHERE { ?s <e:p> ?v } } }", 1),
        ("SELECT ?s { ?s ?p ?o OPTIONAL { ?s <e:p> ?v } FILTER(BOUND(?v)) }", 4),
        ("SELECT ?s WHERE { ?s <e:p> ?w FILTER(?w = ?v) }", 2),
        ("SELECT ?n { # {\n SELECT (COUNT(*) AS ?n) WHERE { ?s <e:p> ?v } }", 1),
        ("SELECT ?s { ?s <e:p> ?o FILTER NOT EXISTS { ?s <e:p> ?v } }", 0),
        ("SELECT ?s { VALUES (?s) { (<e:a>) (<e:b>) } ?s <e:p> ?v }", 2),
    ],
)
def test_a_parameter_joins_wherever_it_is_mentioned(store: MemoryStore, text: str, count: int) -> None:
    found = store.select(text, bindings={"v": ox.Literal("x")}, union_default_graph=False)
    assert len(list(found.rows)) == count


def test_a_parameter_counts_inside_a_subquery(store: MemoryStore) -> None:
    text = "SELECT ?n { { SELECT (COUNT(*) AS ?n) WHERE { ?s <e:p> ?v } } }"
    rows = list(store.select(text, bindings={"v": ox.Literal("y")}, union_default_graph=False).rows)
    assert rows[0][0] == ox.Literal("1", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))


def test_construct_and_ask_are_bound_too(store: MemoryStore) -> None:
    built = store.construct("CONSTRUCT { ?s <e:new> ?v } WHERE { ?s <e:p> ?v }", bindings={"v": ox.Literal("y")})
    assert [str(triple.object) for triple in built] == ['"y"']
    assert not store.ask("ASK { ?s <e:p> ?v }", bindings={"v": ox.Literal("z")})


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(UsageError, match=r"\?regoin"):
        bind("SELECT * { ?s ?p ?region }", {"regoin": ox.Literal("x")})


def test_a_blank_node_is_no_parameter() -> None:
    with pytest.raises(UsageError, match="BlankNode"):
        bind("SELECT * { ?s ?p ?o }", {"s": ox.BlankNode()})  # type: ignore[dict-item]
