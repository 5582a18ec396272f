"""Questions can be found and run from the endpoint itself."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Store as Engine

from biokg.queries.catalogue import catalogue, read_folder
from biokg.store.base import Store
from biokg.terms import QUERY_GRAPH

ROOT = Path(__file__).resolve().parents[2]
ASK = (Path(__file__).parent / "published.rq").read_text(encoding="utf-8")


def test_every_query_is_published_with_the_text_that_answers_it(store: Store) -> None:
    known = {**catalogue(), **read_folder(ROOT / "ontology" / "competency")}
    published = Engine()
    published.extend(store.quads(QUERY_GRAPH))
    found = {
        row["query"].value: (row["question"].value, row["text"].value)
        for row in published.query(ASK, use_default_graph_as_union=True)
    }
    assert found == {query.iri: (query.question, query.text) for query in known.values()}
