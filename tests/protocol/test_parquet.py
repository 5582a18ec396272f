"""SELECT as Parquet over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import io
import time
from pathlib import Path
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from running import Server

PARQUET = "application/vnd.apache.parquet"
MIXED = """SELECT * { VALUES (?iri ?number ?word ?nothing) {
  (<http://e/é> 1.5 "chat"@fr UNDEF) (<http://e/b> 2 "a \\"b\\" , c\\n" UNDEF) } }"""


def _table(body: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(body))


@pytest.mark.parametrize("asked", [{"accept": PARQUET}, {"format": "parquet"}])
def test_select_answers_as_parquet_where_it_is_named(server: Server, asked: dict[str, str]) -> None:
    answered = server.query(MIXED, **asked)
    assert (answered.status, answered.headers["content-type"]) == (200, PARQUET)
    assert _table(answered.body).to_pydict() == {
        "iri": ["http://e/é", "http://e/b"],
        "number": ["1.5", "2"],
        "word": ["chat", 'a "b" , c\n'],
        "nothing": [None, None],
    }


def test_a_long_answer_comes_whole_and_an_empty_one_has_its_columns(server: Server) -> None:
    whole = server.query("SELECT ?s ?o { GRAPH ?g { ?s ?p ?o } }", accept=PARQUET)
    listed = server.query("SELECT ?s ?o { GRAPH ?g { ?s ?p ?o } }", accept="text/csv")
    rows = _table(whole.body).to_pylist()
    assert len(rows) == 20_001
    assert sorted(f"{row['s']},{row['o']}" for row in rows) == sorted(listed.text.splitlines()[1:])
    empty = _table(server.query("SELECT ?a ?b { ?a <http://e/none> ?b }", accept=PARQUET).body)
    assert (empty.num_rows, empty.column_names) == (0, ["a", "b"])


@pytest.mark.parametrize("accept", ["*/*", "application/*", f"{PARQUET};q=0.4, text/csv"])
def test_parquet_is_never_given_to_whoever_did_not_prefer_it(server: Server, accept: str) -> None:
    assert server.query(MIXED, accept=accept).headers["content-type"].startswith(("application/sparql", "text/csv"))


@pytest.mark.parametrize("text", ["ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_only_select_is_a_table(server: Server, text: str) -> None:
    assert server.query(text, accept=PARQUET).status == 406
    assert server.query(text, format="parquet").status == 406


def test_a_cut_parquet_answer_is_a_broken_transfer(server: Server) -> None:
    text = "SELECT * { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } }"
    body = urlencode({"query": text, "timeout": "1.9"})
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(
        "POST", "/sparql", body, {"Content-Type": "application/x-www-form-urlencoded", "Accept": PARQUET}
    )
    response = connection.getresponse()
    assert response.status == 200
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        response.read()
    connection.close()


def _workers(server: Server) -> list[Path]:
    """The processes below the holder of *server*, by their folders in /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(stat[2]) == server.process.pid:
                parents.setdefault(int(stat[1]), []).append(int(entry.name))
    below = [pid for pids in parents.values() for pid in pids]
    holders = {pid for pid in below if b"biokg.execution.holder" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    return [Path(f"/proc/{pid}") for parent in holders for pid in parents.get(parent, ()) if pid in holders]


def test_once_parquet_was_asked_for_every_worker_is_born_able_to_write_it(writable: Server) -> None:
    assert writable.query("SELECT ?s { ?s ?p ?o }", accept=PARQUET).status == 200
    end = time.monotonic() + 30
    able: list[bool] = []
    while time.monotonic() < end and not (able and all(able)):
        assert writable.update("INSERT DATA { <http://e/a> <http://e/b> 1 } ; DELETE WHERE { ?s ?p ?o }").status < 300
        with contextlib.suppress(OSError):
            able = ["libparquet" in (worker / "maps").read_text() for worker in _workers(writable)]
    assert able
    assert all(able)
