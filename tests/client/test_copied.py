"""What the query page offers to copy runs as it stands."""

from __future__ import annotations

import csv
import html
import io
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest

QUERY = """SELECT ?region (COUNT(*) AS ?n) WHERE { ?s bkg:seatRegion ?region FILTER(STR(?region) != "\\\\") }
GROUP BY ?region"""
STATES: list[dict[str, str]] = [{}, {"view": "dissertation", "inferred": "no", "timeout": "60"}]


def copied(url: str, state: dict[str, str]) -> dict[str, str]:
    """The texts under "Copy as", by language."""
    address = f"{url}/query?" + urlencode({"query": QUERY, **state})
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        page = answer.read().decode()
    page = page[page.index('class="copy-as"') :]
    found = re.findall(r"<h3>(\w+)</h3><pre[^>]*><code>(.*?)</code>", page, re.DOTALL)
    return {language: html.unescape(text) for language, text in found}


def whole(url: str, state: dict[str, str]) -> list[dict[str, str]]:
    address = f"{url}/query.csv?" + urlencode({"query": QUERY, **state})
    with urllib.request.urlopen(address, timeout=60) as answer:
        return list(csv.DictReader(io.StringIO(answer.read().decode())))


@pytest.mark.parametrize("state", STATES, ids=["all", "stated in the dissertation"])
def test_curl_gives_the_rows_of_the_page(server: Any, state: dict[str, str]) -> None:
    assert shutil.which("curl"), "curl is needed: apt-get install curl"
    script = copied(server.url, state)["curl"].replace("curl ", "curl --silent --show-error ", 1)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert sorted(map(str, rows)) == sorted(map(str, whole(server.url, state)))
    assert rows


def test_python_gives_the_rows_of_the_page(server: Any) -> None:
    assert ', view="dissertation", inferred=False)' in copied(server.url, STATES[1])["Python"]
    script = copied(server.url, {})["Python"] + "\nprint(frame.sort_values('region').to_csv(index=False), end='')"
    for _ in range(3):  # a loaded machine may stop a query at its deadline; the page says to ask again
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        if "stopped after" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert rows == sorted(whole(server.url, {}), key=lambda row: row["region"])


def test_r_holds_the_query_word_for_word(server: Any) -> None:
    script = copied(server.url, STATES[1])["R"]
    inside = re.search(r'r"---\(\n(.*)\n\)---"', script, re.DOTALL)
    assert inside is not None
    assert inside[1].endswith(QUERY)
    assert 'req_body_form(query = query, view = "dissertation", inferred = "no", timeout = 60)' in script
    assert script.count("(") == script.count(")")
