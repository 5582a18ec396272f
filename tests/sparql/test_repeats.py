"""A query that is said not to count repeats answers the same however many graphs hold a triple."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from biokg.scale.bench import canned, mix
from biokg.scale.faults import generate
from biokg.scale.world import World
from biokg.sparql.repeats import counts_repeats

TEXTS = [query.text for query in (*mix(), *canned())]


def _store(*documents: str) -> ox.Store:
    store = ox.Store()
    for document in documents:
        store.bulk_load(document.encode(), ox.RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def worlds() -> tuple[ox.Store, ox.Store]:
    """A world, and the same with every third triple in a second graph too."""
    text = "".join(lines for lines, _ in generate(World(60, 3)))
    again = [line[: line.rindex("<")] + "<http://e/again> ." for line in text.splitlines()[::3]]
    return _store(text), _store(text, "\n".join(again))


def _rows(store: ox.Store, text: str) -> list[str]:
    found = store.query(text, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(str([str(term) for term in row]) for row in found)


def test_no_answer_changes_when_triples_stand_in_a_second_graph(worlds: tuple[ox.Store, ox.Store]) -> None:
    one, twice = worlds
    indifferent = [text for text in TEXTS if not counts_repeats(text)]
    assert len(indifferent) >= len(TEXTS) - 2
    assert [text for text in indifferent if _rows(one, text) != _rows(twice, text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s { ?s ?p ?o }",
        "SELECT REDUCED ?s { ?s ?p ?o }",
        "SELECT ?s { { SELECT DISTINCT ?s { ?s ?p ?o } } }",
        "SELECT DISTINCT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s",
        "SELECT DISTINCT ?s { { SELECT ?s (SUM(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s } FILTER(?n > 3) }",
        "SELECT DISTINCT ?s { { SELECT ?s { ?s ?p ?o } LIMIT 2 } }",
        "SELECT DISTINCT ?s ?r { ?s ?p ?o BIND(RAND() AS ?r) }",
        "SELECT DISTINCT (BNODE() AS ?b) { ?s ?p ?o }",
        "ASK { { SELECT ?s { ?s ?p ?o } OFFSET 2 } }",
        "CONSTRUCT { [] ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_in_doubt_a_query_counts_repeats(text: str) -> None:
    assert counts_repeats(text)


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX count: <http://e/> SELECT DISTINCT ?count { ?s count:count ?count } ORDER BY ?count LIMIT 5",
        "SELECT (COUNT(DISTINCT ?s) AS ?n) (MAX(?o) AS ?m) { ?s ?p ?o }",
        "SELECT ?p { ?s ?p ?o } GROUP BY ?p",
        "ASK { ?s ?p 'SELECT LIMIT' }",
    ],
)
def test_what_only_tells_terms_apart_counts_none(text: str) -> None:
    assert not counts_repeats(text)
