"""Joins with a second real SPARQL server on loopback, and nothing reached that is not allowed."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from biokg.cli.main import main
from biokg.errors import QueryRefused, RemoteEngineError, UsageError
from biokg.linking.federation import coverage, federated_query, header, join, remote_select, with_values
from biokg.linking.forwarder import forwarder, rewrite, select_with_service
from biokg.linking.reach import Reach, origin
from biokg.settings import Settings
from biokg.store.base import Store
from biokg.terms import VIEWS

if TYPE_CHECKING:
    from tests.conftest import Server

EXTERNAL = """
@prefix wd: <http://www.wikidata.org/entity/> . @prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix eurio: <http://data.europa.eu/s66#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
wd:Q833670 wdt:P571 "1968-01-01T00:00:00Z"^^xsd:dateTime ; wdt:P856 <https://www.kuleuven.be/> .
wd:Q2463367 wdt:P571 "1996-01-01T00:00:00Z"^^xsd:dateTime .
wd:Q1 wdt:P571 "0001-01-01T00:00:00Z"^^xsd:dateTime .
<http://example.org/project/1> a eurio:Project ; eurio:title "A project of two" ;
  eurio:hasInvolvedParty <http://example.org/role/1>, <http://example.org/role/2> .
<http://example.org/role/1> eurio:isRoleOf <http://example.org/org/1> ; eurio:roleLabel "coordinator" .
<http://example.org/role/2> eurio:isRoleOf <http://example.org/org/2> ; eurio:roleLabel "participant" .
<http://example.org/org/1> eurio:legalName "KATHOLIEKE UNIVERSITEIT LEUVEN" .
<http://example.org/org/2> eurio:legalName "SOMEBODY ELSE" .
"""


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """A second SPARQL server, the native Oxigraph one, that holds data in the shape of Wikidata and CORDIS."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    binary = Path(sys.executable).with_name("oxigraph")
    command = [str(binary), "serve", "--location", str(tmp_path / "external"), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _load(f"{address}/store?default", EXTERNAL.encode(), process)
        yield f"{address}/query"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _load(address: str, turtle: bytes, process: subprocess.Popen[bytes]) -> None:
    request = urllib.request.Request(address, turtle, {"Content-Type": "text/turtle"}, method="PUT")
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.status in (201, 204)
                return
        except urllib.error.URLError:
            time.sleep(0.05)
    pytest.fail("the second server did not start")


def test_the_graph_is_joined_with_another_server_both_ways(
    store: Store, settings: Settings, endpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reach = Reach((endpoint,))
    local, remote = (federated_query("wikidata", part) for part in ("local", "remote"))
    found = join(store, local, remote, endpoint, reach)
    assert found.variables == ("organization", "label", "record", "inception", "website", "employees")
    years = {row[1].value: row[3].value[:4] for row in found.rows if row[3] is not None}  # type: ignore[union-attr, attr-defined]
    assert years == {"KU Leuven": "1968", "VIB (Flanders Institute for Biotechnology)": "1996"}
    assert len(found.rows) > 50, "rows that the endpoint knows nothing of are kept"

    text = federated_query("wikidata", "service").replace("https://query.wikidata.org/sparql", endpoint)
    served = select_with_service(store, text, reach, default_graphs=VIEWS["all"].graphs)
    rows = {(row[1].value, row[3].value[:4]) for row in served.rows}  # type: ignore[union-attr, attr-defined]
    assert rows == set(years.items())

    code = main(["federate", "cordis", "--endpoint", endpoint, "--federate", origin(endpoint),
                 "--state-dir", str(settings.state_folder)])  # fmt: skip
    printed = capsys.readouterr().out
    assert code == 0
    assert "A project of two" in printed
    assert "SOMEBODY ELSE" not in printed


def _sparql(server: Server, query: str) -> tuple[int, str]:
    request = urllib.request.Request(
        f"{server.url}/sparql", urlencode({"query": query}).encode(), {"Accept": "text/csv"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_served_endpoint_joins_with_another_server_only_where_it_is_allowed(
    endpoint: str, start_server: Callable[..., Server], decoy: _Decoy
) -> None:
    server = start_server("--federate", origin(endpoint))
    text = federated_query("wikidata", "service")
    status, csv = _sparql(server, text.replace("https://query.wikidata.org/sparql", endpoint))
    assert status == 200
    assert "KU Leuven,http://www.wikidata.org/entity/Q833670,1968-01-01T00:00:00Z" in csv
    assert len(csv.strip().splitlines()) == 3
    for refused in (text, text.replace("https://query.wikidata.org/sparql", decoy.address)):
        status, said = _sparql(server, refused)
        assert status == 400
        assert "may not be reached" in said
    assert decoy.untouched()
    status, said = _sparql(server, f"SELECT * {{ SERVICE <{endpoint}/nothing> {{ ?s ?p ?o }} }}")
    assert status == 502
    assert f"{endpoint}/nothing" in said
    assert _sparql(server, f"SELECT * {{ SERVICE SILENT <{endpoint}/nothing> {{ ?s ?p ?o }} }}")[0] == 200


class _Decoy:
    """A listener that must see no connection."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.2)
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}/sparql"

    def untouched(self) -> bool:
        try:
            self.socket.accept()
        except TimeoutError:
            return True
        return False


@pytest.fixture
def decoy() -> Iterator[_Decoy]:
    held = _Decoy()
    yield held
    held.socket.close()


@pytest.mark.parametrize("allowed", [(), ("http://127.0.0.1:1",), ("https://127.0.0.1",)])
def test_an_origin_that_is_not_allowed_is_never_connected_to(
    store: Store, decoy: _Decoy, allowed: tuple[str, ...]
) -> None:
    reach = Reach(allowed)
    with pytest.raises(QueryRefused):
        remote_select(decoy.address, "SELECT * { ?s ?p ?o }", reach)
    with pytest.raises(QueryRefused):
        select_with_service(store, f"SELECT * {{ SERVICE <{decoy.address}> {{ ?s ?p ?o }} }}", reach)
    assert main(["federate", "wikidata", "--endpoint", decoy.address]) != 0
    assert decoy.untouched()


@pytest.mark.parametrize(
    "text",
    ["SELECT * { ?e a ?t . SERVICE ?e { ?s ?p ?o } }", "SELECT * { SERVICE wd:x { ?s ?p ?o } }",
     "SELECT * { SERVICE SILENT ?e { ?s ?p ?o } }", "SELECT * { SERVICE"],
)  # fmt: skip
def test_service_needs_an_address_that_can_be_read(store: Store, text: str) -> None:
    with pytest.raises(UsageError):
        select_with_service(store, text, Reach(("http://127.0.0.1:9",)))


def test_service_in_a_string_or_comment_is_left_alone() -> None:
    text = 'SELECT ("SERVICE <http://x.org/> {" AS ?s) { } # SERVICE <http://y.org/>'
    with forwarder(Reach()) as held:
        assert rewrite(text, held) == text


def test_the_forwarder_answers_only_its_own_paths(decoy: _Decoy) -> None:
    import http.client

    with forwarder(Reach((decoy.address,))) as held:
        address = held.address_for(decoy.address)
        connection = http.client.HTTPConnection("127.0.0.1", int(address.split(":")[2].split("/")[0]), timeout=5)
        connection.request("POST", "/guess", body=b"query")
        assert connection.getresponse().status == 403
    assert decoy.untouched()


@pytest.fixture
def misbehaving() -> Iterator[Callable[[str], str]]:
    """A server that redirects, floods, or cuts its answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            # Closing on an unread request resets the connection, and the answer still on its way is lost.
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/redirect"):
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            if self.path.startswith("/cut"):
                self.send_header("X-SQL-State", "S1TAT")
            if self.path.startswith("/announced"):
                self.send_header("Content-Length", "4000000")
            self.end_headers()
            if self.path.startswith("/flood"):
                try:
                    for _ in range(64):
                        self.wfile.write(b" " * 65536)
                except OSError:
                    return
            self.wfile.write(b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}')

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield lambda path: f"http://127.0.0.1:{server.server_port}{path}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "said"),
    [("/redirect", "redirects"), ("/flood", "more than"), ("/announced", "more than"), ("/cut", "S1TAT")],
)
def test_a_redirect_a_flood_and_a_cut_answer_are_errors(
    misbehaving: Callable[[str], str], path: str, said: str
) -> None:
    address = misbehaving(path)
    with pytest.raises(RemoteEngineError, match=said):
        remote_select(address, "SELECT ?s { ?s ?p ?o }", Reach((address,), max_bytes=1_000_000))


def test_an_allowed_name_must_not_lead_into_the_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(QueryRefused, match="this network"):
        Reach(("http://public.example",)).send("http://public.example/sparql")


@pytest.mark.parametrize("address", ["ftp://x.org/", "http://user:pw@x.org/", "http://x.org:port/", "nonsense"])
def test_only_plain_http_addresses_have_an_origin(address: str) -> None:
    with pytest.raises(UsageError):
        origin(address)


def test_values_are_written_as_terms_and_cannot_end_the_block() -> None:
    text = federated_query("cordis", "remote")
    evil = ox.Literal('x" } DELETE { ?s ?p ?o } # ')
    filled = with_values(text, [evil])
    empty = ox.Store().query(filled)
    assert isinstance(empty, ox.QuerySolutions)
    assert header(text, "endpoint").startswith("https://")


def test_coverage_counts_each_registry(store: Store) -> None:
    things = {(registry, kind): count for registry, kind, count, _ in coverage(store)}
    assert things["ror", "same"] > 30
    assert ("wikidata", "exact") in things
