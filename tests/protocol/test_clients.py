"""Clients that people have work unchanged: SPARQLWrapper, rdflib, pandas."""

from __future__ import annotations

import io

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from running import Server
from SPARQLWrapper import CSV, GET, JSON, POST, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from biokg.errors import QuerySyntaxError, RemoteEngineError
from biokg.store.remote import RemoteStore

ONE = "SELECT ?o { <http://e/s5> <http://e/p5> ?o }"


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [JSON, XML, CSV])
def test_sparqlwrapper_selects(server: Server, method: str, form: str) -> None:
    wrapper = SPARQLWrapper(f"{server.address}/sparql")
    wrapper.setMethod(method)
    wrapper.setReturnFormat(form)
    wrapper.setQuery(ONE)
    found = wrapper.query().convert()
    text = found if isinstance(found, dict) else found.toxml() if form == XML else found.decode()
    assert "http://e/s35" in str(text)


def test_sparqlwrapper_constructs_and_sees_errors(server: Server) -> None:
    wrapper = SPARQLWrapper(f"{server.address}/sparql")
    wrapper.setQuery("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3")
    wrapper.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=wrapper.query().convert(), format="turtle")) == 3
    wrapper.setReturnFormat(JSON)
    wrapper.setQuery("SELECT * { ?s ?p")
    with pytest.raises(QueryBadFormed, match="query-syntax"):
        wrapper.query()


def test_rdflib_reads_the_endpoint_as_a_graph(server: Server) -> None:
    graph = Graph(store=SPARQLStore(f"{server.address}/sparql"))
    assert set(graph.objects(URIRef("http://e/s5"), URIRef("http://e/p5"))) == {URIRef("http://e/s35")}
    assert [str(row.o) for row in graph.query(ONE)] == ["http://e/s35"]


def test_pandas_reads_csv(server: Server) -> None:
    import pandas

    table = pandas.read_csv(io.StringIO(server.query(ONE, "text/csv").text))
    assert list(table["o"]) == ["http://e/s35"]


def test_the_remote_store_asks_another_server(server: Server, writable: Server) -> None:
    store = RemoteStore(f"{server.address}/sparql")
    assert len(store.graphs()) == 3
    assert [str(row[0]) for row in store.select(ONE).rows] == ["<http://e/s35>"]
    assert store.ask("ASK { <http://e/s5> ?p ?o }")
    assert len(list(store.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 7"))) == 7
    view = store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graphs=["http://e/g1", "http://e/g2"])
    assert next(iter(view.rows))[0].value == "13334"  # type: ignore[union-attr]
    assert sum(1 for _ in store.quads("http://e/g1")) == 6668
    with pytest.raises(QuerySyntaxError):
        store.select("SELECT * { ?s ?p")
    with pytest.raises(RemoteEngineError, match="could not be asked"):
        RemoteStore("http://127.0.0.1:1/sparql").ask("ASK {}")
