"""No request opens an outbound connection or a file outside of the data: decoys must see nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Server

CANARY = "canary-that-may-stand-in-no-answer-4711"


@pytest.fixture
def decoy() -> Iterator[tuple[str, list[object]]]:
    """A listener on loopback and what it saw."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    seen: list[object] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            try:
                connection, peer = listener.accept()
            except TimeoutError:
                continue
            seen.append(peer)
            connection.close()

    thread = threading.Thread(target=watch)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/", seen
    over.set()
    thread.join()
    listener.close()


@pytest.fixture
def canary(tmp_path: Path) -> str:
    path = tmp_path / "canary.ttl"
    path.write_text(f'<http://e/canary> <http://e/says> "{CANARY}" .')
    return path.as_uri()


def test_no_text_reaches_outside(writable: Server, decoy: tuple[str, list[object]], canary: str) -> None:
    address, seen = decoy
    answers = []
    for place in (address, canary):
        for text in (
            f"SELECT * {{ SERVICE <{place}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT <{place}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ BIND(<{place}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
            f"SELECT * FROM <{place}> {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED <{place}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SER\\u0056ICE <{place}> {{ ?s ?p ?o }} }}",
            f"PREFIX e: <{place}> SELECT * {{ SERVICEe:x {{ ?s ?p ?o }} }}",
            f"PREFIX e: <{place}> SELECT * {{ ?s ?p trueSERVICE SILENTe:x {{ ?s ?p ?o }} }}",
            f"DESCRIBE <{place}>",
        ):
            answers.append(writable.query(text, "*/*"))
            answers.append(writable.query("SELECT * { ?s ?p ?o }", **{"default-graph-uri": place}))
        for text in (
            f"LOAD <{place}>",
            f"LOAD SILENT <{place}> INTO GRAPH <http://e/g>",
            f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{place}> {{ ?s ?p ?o }} }}",
            f"INSERT {{ ?s ?p ?o }} USING <{place}> WHERE {{ ?s ?p ?o }}",
            f"PREFIX e: <{place}> LOADe:x",
            f"COPY <{place}> TO <http://e/g>",
        ):
            answers.append(writable.update(text))
    assert seen == []
    assert not any(CANARY in answered.text for answered in answers)
    assert not any(answered.status == 500 for answered in answers)


@pytest.mark.parametrize(
    ("media_type", "document"),
    [
        ("application/ld+json", '{{"@context": "{place}", "@id": "http://e/a", "name": "x"}}'),
        ("application/ld+json", '{{"@context": ["{place}"], "@id": "http://e/a", "name": "x"}}'),
        ("application/ld+json", '{{"@context": {{"@import": "{place}"}}, "@id": "http://e/a"}}'),
        (
            "application/rdf+xml",
            '<!DOCTYPE r [<!ENTITY x SYSTEM "{place}">]><rdf:RDF '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>',
        ),
        ("text/turtle", "@prefix owl: <http://www.w3.org/2002/07/owl#> . <http://e/o> owl:imports <{place}> ."),
    ],
)
def test_no_document_reaches_outside(
    writable: Server, decoy: tuple[str, list[object]], canary: str, media_type: str, document: str
) -> None:
    address, seen = decoy
    for place in (address, canary):
        answered = writable.put("/rdf-graph-store?graph=http://e/doc", document.format(place=place), media_type)
        assert answered.status in (201, 204, 400), answered.text
        shown = writable.request("GET", "/rdf-graph-store?graph=http://e/doc", headers={"Accept": "text/turtle"})
        assert CANARY not in shown.text
    assert seen == []


@pytest.mark.parametrize(
    ("media_type", "document"),
    [
        ("text/turtle", "<http://e/a> <http://e/b> " + "[ <http://e/b> " * 100_000),
        ("text/turtle", "<http://e/a> <http://e/b> " + "( " * 100_000),
        ("application/trig", "<http://e/g> { <http://e/a> <http://e/b> " + "[ <http://e/b> " * 100_000),
        ("application/ld+json", '{"@graph": ' + "[" * 100_000 + "]" * 100_000 + "}"),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
            + "<e:a><e:b>" * 50_000,
        ),
        (
            "application/rdf+xml",
            '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
            + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&j;</rdf:RDF>',
        ),
        ("application/n-quads", "<< " * 100_000),
    ],
)
def test_a_bomb_is_refused_in_every_syntax(writable: Server, media_type: str, document: str) -> None:
    answered = writable.put("/rdf-graph-store?graph=http://e/bomb", document, media_type)
    assert answered.status in (400, 413), answered.text[:200]
    assert writable.query("ASK {}").status == 200


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic dTpw", "bearer " + "x" * 34])
def test_nobody_writes_without_the_token(writable: Server, given: str) -> None:
    headers = {"Content-Type": "application/sparql-update"} | ({"Authorization": given} if given else {})
    for method, path in (("POST", "/update"), ("PUT", "/rdf-graph-store?default"), ("DELETE", "/rdf-graph-store")):
        answered = writable.request(method, path, "CLEAR ALL", headers)
        assert answered.status == 401
        assert answered.headers["www-authenticate"].startswith("Bearer")
    token_in_address = writable.request("POST", f"/update?token={writable.token}", "CLEAR ALL", headers)
    assert token_in_address.status == 401
