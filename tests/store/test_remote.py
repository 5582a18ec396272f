"""What another engine may do wrong: cut its answer, redirect, refuse, answer nonsense."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from biokg.errors import QuerySyntaxError, RemoteEngineError, UsageError
from biokg.store.remote import RemoteStore, batched_quads

ANSWER = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"typed-literal","value":"1",' + (
    b'"datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}'
)


class Engine(BaseHTTPRequestHandler):
    """Answers by the path it is asked under."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = {"/moved": 302, "/refused": 400, "/broken": 500}.get(self.path, 200)
        body = b"<html>" if self.path == "/nonsense" else ANSWER
        self.send_response(status)
        if self.path == "/moved":
            self.send_header("Location", "/sparql")
        if self.path == "/cut":
            self.send_header("X-SQL-State", "S1TAT")
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(address: str) -> list[tuple[object, ...]]:
    return list(RemoteStore(address, timeout=5).select("SELECT ?x {}", union_default_graph=False).rows)


def test_typed_literals_of_older_engines_are_read(address: str) -> None:
    assert [row[0].value for row in ask(address + "/sparql")] == ["1"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("/cut", RemoteEngineError, "cut its answer"),
        ("/moved", RemoteEngineError, "redirects"),
        ("/refused", QuerySyntaxError, "refused"),
        ("/broken", RemoteEngineError, "answered 500"),
        ("/nonsense", RemoteEngineError, "cannot be read"),
    ],
)
def test_what_goes_wrong_there_is_an_error_here(address: str, path: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        ask(address + path)


def test_only_http_addresses_are_engines() -> None:
    with pytest.raises(UsageError):
        RemoteStore("file:///etc/passwd")


def test_quads_are_written_as_sparql_in_batches() -> None:
    import pyoxigraph as ox

    quads = [ox.Quad(ox.NamedNode("e:a"), ox.NamedNode("e:b"), ox.Literal(str(i))) for i in range(1200)]
    assert [batch.count("<e:a>") for batch in batched_quads(quads)] == [500, 500, 200]
    graph = ox.Quad(ox.NamedNode("e:a"), ox.NamedNode("e:b"), ox.Literal("} #"), ox.NamedNode("e:g"))
    assert next(batched_quads([graph])) == 'GRAPH <e:g> {\n<e:a> <e:b> "} #" .\n}'
