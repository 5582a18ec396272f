"""What an operator does with a running server: reads its counters, has it publish anew."""

from __future__ import annotations

import re
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from running import Server, free_port, launch, stop

from biokg.execution.pool import WorkerPool
from biokg.settings import load_settings
from biokg.web.exposition import added
from biokg.web.reloading import Reloading


def _get(port: int, path: str = "/metrics") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        text: str = response.read().decode()
    return text


def test_metrics_port_serves_the_counters_of_all_processes_and_ends_with_the_server(
    nquads: Path, tmp_path: Path
) -> None:
    port = free_port()
    server = launch(tmp_path, nquads=nquads, metrics_port=port)
    try:
        for number in range(12):
            assert server.query(f"SELECT ?o {{ <http://e/s{number}> ?p ?o }}").status == 200
        text = _get(port)
        answered = re.search(r'^biokg_requests_total\{route="/sparql",status="200"\} (\d+)$', text, re.MULTILINE)
        assert answered is not None, text
        assert int(answered.group(1)) == 12
        assert text.count("# TYPE biokg_requests_total") == 1
        assert re.search(r'^biokg_dataset_info\{version="\w+"\} 1$', text, re.MULTILINE)
        assert server.request("GET", "/metrics").status == 404
        with pytest.raises(urllib.error.HTTPError):
            _get(port, "/sparql")
    finally:
        stop(server)
    with pytest.raises(urllib.error.URLError):
        _get(port)


def test_counters_of_processes_are_added_and_facts_are_not() -> None:
    one = '# TYPE a counter\na{s="200"} 2\n# TYPE b gauge\nb_info{v="x y"} 1\n'
    two = '# TYPE a counter\na{s="200"} 3\na{s="404"} 1\n# TYPE b gauge\nb_info{v="x y"} 1\n'
    assert added([one, two]).splitlines() == [
        "# TYPE a counter",
        'a{s="200"} 5',
        'a{s="404"} 1',
        "# TYPE b gauge",
        'b_info{v="x y"} 1',
    ]


def _dataset(path: Path, value: str, size: int = 20_000) -> None:
    lines = [f"<http://e/s{i}> <http://e/p> <http://e/o{i % 7}> <http://e/g> ." for i in range(size)]
    draft = path.with_suffix(".draft")
    draft.write_text("\n".join([*lines, f'<http://e/x> <http://e/is> "{value}" <http://e/g> .']) + "\n")
    draft.replace(path)


def _logged(server: Server, words: str) -> bool:
    assert server.log is not None
    until = time.monotonic() + 30
    while words not in server.log.read_text():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


ASKED = "SELECT ?v { GRAPH ?g { <http://e/x> <http://e/is> ?v } }"


def _values(server: Server, ended: threading.Event, seen: list[tuple[int, str]]) -> None:
    number = 0
    while not ended.is_set():
        number += 1
        answered = server.query(f"{ASKED} # {number}", accept="text/csv")
        seen.append((answered.status, answered.text.split()[-1]))


@pytest.mark.parametrize("writes", [False, True])
def test_hangup_publishes_anew_without_dropping_a_request(tmp_path: Path, writes: bool) -> None:
    path = tmp_path / "given.nq"
    _dataset(path, "before")
    server = launch(tmp_path, nquads=path, writes=writes, pages=not writes)
    ended = threading.Event()
    seen: list[list[tuple[int, str]]] = [[], [], []]
    askers = [threading.Thread(target=_values, args=(server, ended, held)) for held in seen]
    try:
        first = server.query(ASKED).headers["x-biokg-version"]
        for asker in askers:
            asker.start()
        _dataset(path, "after")
        server.process.send_signal(signal.SIGHUP)
        assert _logged(server, "is served"), server.log and server.log.read_text()
        last = server.query(ASKED, accept="text/csv")
        ended.set()
        for asker in askers:
            asker.join()
        assert last.text.split()[-1] == "after"
        assert last.headers["x-biokg-version"] != first
        everything = [answer for held in seen for answer in held]
        assert set(everything) <= {(200, "before"), (200, "after")}
        for held in seen:
            values = [value for _, value in held]
            assert values == sorted(values, reverse=True), "an answer of the version before came after the new one"
        if not writes:
            page = server.request("GET", "/data/download/biokg.nq")
            assert '"after"' in page.text
            assert '"before"' not in page.text
    finally:
        ended.set()
        stop(server)


def test_hangup_over_a_bad_graph_keeps_the_last_good_one_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "given.nq"
    _dataset(path, "good", size=50)
    server = launch(tmp_path, nquads=path)
    try:
        path.write_text("<http://e/x> is no N-Quads\n")
        server.process.send_signal(signal.SIGHUP)
        assert _logged(server, "the last good graph stays in use")
        assert server.query(ASKED, accept="text/csv").text.split() == ["v", "good"]
        _dataset(path, "mended", size=50)
        server.process.send_signal(signal.SIGHUP)
        assert _logged(server, "is served")
        assert server.query(ASKED, accept="text/csv").text.split() == ["v", "mended"]
    finally:
        stop(server)


def test_verdicts_of_the_new_version_are_at_hand_before_it_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "dataset.nq"
    _dataset(path, "new", size=3)
    done: list[str] = []
    published = SimpleNamespace(path=path, version="b" * 64, problem=None)
    monkeypatch.setattr("biokg.knowledge.build.publish", lambda _settings: published)
    monkeypatch.setattr(
        "biokg.web.reloading.prepare", lambda held, part: done.append(f"{part} of {held.version[0]}: {len(held.store)}")
    )
    pool = SimpleNamespace(write=lambda write: done.append(write.operation))
    settings = load_settings({"state_dir": str(tmp_path)}, environ={})
    reloading = Reloading(settings, cast("WorkerPool", pool), tmp_path / "runtime.json", None, "a" * 64)
    reloading.once()
    assert done == ["verdicts of b: 4", "reload", "details of b: 4"]
    published.problem = "firms.csv:3:year: no year"
    reloading.once()
    assert len(done) == 3, "the version that is served was loaded again"
    assert "the last good graph stays in use: firms.csv:3:year: no year" in caplog.text
