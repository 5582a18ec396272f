"""What an operator does with a running server: reads its counters, has it publish anew."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from running import free_port, launch, stop

from biokg.web.exposition import added


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
