"""Graph Store HTTP Protocol and updates beyond the W3C suite."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from running import Server, running

GSP = "/rdf-graph-store"
ONE = "<http://e/a> <http://e/b> 1 ."


@pytest.fixture(autouse=True)
def _empty(writable: Server) -> None:
    assert writable.request("DELETE", GSP, write=True).status == 204


def ask(server: Server, text: str) -> bool:
    answer: bool = server.query(text).json()["boolean"]
    return answer


def test_put_makes_replaces_and_says_which(writable: Server) -> None:
    path = f"{GSP}?graph=http://e/g"
    made, replaced = writable.put(path, ONE), writable.put(path, "<http://e/a> <http://e/b> 2 .")
    assert (made.status, replaced.status) == (201, 204)
    assert made.headers["location"].endswith(path)
    assert "content-type" not in replaced.headers
    assert not ask(writable, "ASK { GRAPH <http://e/g> { ?s ?p 1 } }")
    gone = writable.request("DELETE", path, write=True), writable.request("DELETE", path, write=True)
    assert [answered.status for answered in gone] == [204, 404]
    assert writable.request("GET", path).status == 404
    assert writable.request("HEAD", path).status == 404


def test_post_without_a_graph_makes_one_and_says_where(writable: Server) -> None:
    answered = writable.request("POST", GSP, ONE, {"Content-Type": "text/turtle"}, write=True)
    assert answered.status == 201
    graph = answered.headers["location"]
    assert ask(writable, f"ASK {{ GRAPH <{graph}> {{ ?s ?p 1 }} }}")
    assert writable.request("GET", graph.removeprefix(writable.address)).status == 200


def test_a_dataset_is_read_and_written_whole(writable: Server) -> None:
    nquads = "<http://e/a> <http://e/b> <http://e/c> <http://e/g> .\n<http://e/a> <http://e/b> <http://e/d> .\n"
    assert writable.put(GSP, nquads, "application/n-quads").status == 204
    back = writable.request("GET", GSP, headers={"Accept": "application/n-quads"})
    assert sorted(back.text.splitlines()) == sorted(nquads.splitlines())
    assert writable.request("GET", GSP, headers={"Accept": "text/turtle"}).status == 406


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        (f"{GSP}?graph=http://e/g", ONE, None, 400),
        (f"{GSP}?graph=http://e/g", ONE, "text/html", 415),
        (f"{GSP}?graph=http://e/g", "no turtle", "text/turtle", 400),
        (f"{GSP}?graph=http://e/g&default", ONE, "text/turtle", 400),
        (f"{GSP}?graph=relative", ONE, "text/turtle", 400),
        (f"{GSP}?graph=http://e/g", "<http://e/g2> { " + ONE + " }", "application/trig", 400),
        (f"{GSP}?graph=http://e/g", ONE.encode("utf-16"), "text/turtle; charset=utf-16", 415),
        (f"{GSP}?graph=http://e/g", b"x" * (11 * 1024 * 1024), "text/turtle", 413),
    ],
)
def test_what_cannot_be_stored_is_refused_whole(
    writable: Server, path: str, body: str | bytes, kind: str | None, status: int
) -> None:
    answered = writable.request("PUT", path, body, {"Content-Type": kind} if kind else None, write=True)
    assert answered.status == status, answered.text
    assert not ask(writable, "ASK { GRAPH ?g { ?s ?p ?o } }")


def test_a_sequence_of_updates_is_atomic(writable: Server) -> None:
    before = writable.request("GET", "/health/ready").json()["version"]
    answered = writable.update(f"INSERT DATA {{ {ONE} }} ; DROP GRAPH <http://e/none>")
    assert answered.status == 400
    assert writable.request("GET", "/health/ready").json()["version"] == before
    assert not ask(writable, "ASK { ?s ?p ?o }")


def test_two_writers_at_once_both_have_their_way(writable: Server) -> None:
    import threading

    threads = [
        threading.Thread(target=writable.update, args=(f"INSERT DATA {{ <http://e/a> <http://e/b> {i} }}",))
        for i in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writable.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text.split()[1] == "6"


def test_a_write_changes_version_and_tag_and_is_seen_at_once(writable: Server) -> None:
    path = "/sparql?query=SELECT%20%2A%20%7B%3Fs%20%3Fp%20%3Fo%7D"
    first = writable.request("GET", path)
    for number in range(5):
        version = writable.update(f"INSERT DATA {{ <http://e/a> <http://e/b> {number} }}").headers["x-biokg-version"]
        after = writable.request("GET", path, headers={"If-None-Match": first.headers["etag"]})
        assert after.status == 200
        assert after.headers["x-biokg-version"] == version
        assert len(after.json()["results"]["bindings"]) == number + 1


def test_a_write_that_breaks_a_shape_is_refused(nquads: Path, tmp_path: Path) -> None:
    with running(tmp_path, nquads=nquads, writes=True, validate_writes=True, workers=1) as server:
        before = server.request("GET", "/health/ready").json()["version"]
        bad = server.update(
            "PREFIX bkg: <https://w3id.org/biokg/ontology/> "
            "INSERT DATA { GRAPH <http://e/g0> { <http://e/bare> a bkg:Alliance } }"
        )
        assert bad.status == 422, bad.text
        assert json.loads(bad.body)["type"].endswith("/validation-failed")
        assert server.request("GET", "/health/ready").json()["version"] == before
        assert server.update("INSERT DATA { GRAPH <http://e/g0> { <http://e/x> <http://e/y> 1 } }").status == 204


def test_a_graceful_stop_finishes_what_is_under_way(nquads: Path, tmp_path: Path) -> None:
    import signal
    import threading
    import time

    from running import launch

    server = launch(tmp_path, nquads=nquads, deadline=5.0)
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?a = ?f) }"
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(server.query(text, timeout="1").status))
    thread.start()
    time.sleep(0.3)
    server.process.send_signal(signal.SIGTERM)
    thread.join()
    assert server.process.wait(timeout=20) == 0
    assert statuses in ([504], [200])


def test_a_multipart_body_needs_no_length(writable: Server) -> None:
    lines = ["--x", 'Content-Disposition: form-data; name="a"; filename="a.ttl"', "Content-Type: text/turtle", ""]
    body = "\r\n".join([*lines, "<http://e/1> <http://e/2> 3 .", "--x--", ""]).encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Transfer-Encoding": "chunked"}
    path = "/rdf-graph-store?graph=http://e/chunked"
    assert writable.request("POST", path, chunked, headers, write=True).status == 201
    assert "<http://e/2> 3" in writable.request("GET", path, headers={"Accept": "text/turtle"}).text


@pytest.mark.parametrize("name", ["caf%C3%A9", "%E3%89%AA", "a%2525b", "a%20b"])
def test_a_graph_named_by_its_address_keeps_its_name_in_any_script(writable: Server, name: str) -> None:
    path = f"{GSP}/{name}"
    assert writable.put(path, ONE).status == 201
    assert writable.request("GET", path).status == 200
    assert writable.request("GET", f"{GSP}?graph={quote(writable.address + path, safe='')}").status == 200


def test_a_mistake_in_an_update_is_told_with_its_place(writable: Server) -> None:
    told = writable.update("INSERT DATA {\n <http://e/a> a bkg:Firm }").json()
    assert (told["status"], told["line"], told["column"], told["detail"]) == (
        400,
        2,
        17,
        "the prefix bkg: is not declared",
    )
    assert "PREFIX bkg: <" in told["fix"]


@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize("disk", [False, True])
def test_an_empty_graph_is_there_for_readers_of_every_store(disk: bool, union: bool, tmp_path: Path) -> None:
    where = {"store": tmp_path / "store"} if disk else {}
    with running(tmp_path, empty=True, writes=True, workers=1, union_default_graph=union, **where) as server:
        assert server.put(f"{GSP}?default", ONE).status == 204
        assert server.update("CREATE GRAPH <http://e/made>").status == 204
        assert server.put(f"{GSP}?graph=http://e/put", "").status == 201
        assert server.put(f"{GSP}?graph=http://e/full", ONE).status == 201
        for name in ("made", "put", "full"):
            path = f"{GSP}?graph=http://e/{name}"
            assert (server.request("GET", path).status, server.request("HEAD", path).status) == (200, 200)
        rows = server.query("SELECT ?g { GRAPH ?g {} }", "text/csv").text.split()[1:]
        assert sorted(rows) == ["http://e/full", "http://e/made", "http://e/put"]
        assert server.update("DROP GRAPH <http://e/made>").status == 204
        assert server.request("GET", f"{GSP}?graph=http://e/made").status == 404
