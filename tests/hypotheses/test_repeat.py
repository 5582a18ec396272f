"""What a page or the report says will repeat it does: every command is run, and gives what the page shows."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from biokg.cli.main import main
from biokg.queries.catalogue import catalogue
from biokg.queries.run import run
from biokg.store.base import Store

VIEW = "to-2016"


def page(address: str) -> str:
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        text: str = answer.read().decode()
    return text


def commands(text: str) -> list[str]:
    found = [html.unescape(block) for block in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", text, re.DOTALL)]
    return [line.strip() for block in found for line in block.splitlines() if line.strip()]


@pytest.fixture
def own_state(shared_state: Path, publication: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the graph of the run is, so that no command builds its own."""
    monkeypatch.setenv("BIOKG_STATE_DIR", str(shared_state))
    return shared_state


def test_what_the_page_of_a_hypothesis_names_gives_its_verdicts(
    server: Any, own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = page(f"{server.url}/hypotheses/H2?view={VIEW}")
    told = commands(text)
    assert [line.split()[0] for line in told] == ["biokg", "biokg", "curl", "python"]
    for line in told[:2]:
        assert main(shlex.split(line)[1:]) == 0, line
    said = capsys.readouterr().out
    shown, whole = said[: said.index("{\n")], json.loads(said[said.index("{\n") :])["hypotheses"][0]
    verdict = {view["view"]: view for view in whole["views"]}[VIEW]["verdict_label"]
    assert f": {verdict}" in shown
    assert whole["robustness"]
    assert shutil.which("curl"), "curl is needed: apt-get install curl"
    here = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    answers = [
        subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=120, check=True, env=here).stdout
        for line in told[2:]
    ]
    assert json.loads(answers[0])["views"] == whole["views"]
    assert f"{VIEW}: {verdict}" in answers[1]


@pytest.mark.parametrize("hypothesis", ["H1", "H2", "H3", "H4"])
def test_what_the_page_of_a_criterion_names_gives_the_rows_it_counts(
    server: Any, store: Store, own_state: Path, capsys: pytest.CaptureFixture[str], hypothesis: str
) -> None:
    text = page(f"{server.url}/hypotheses/{hypothesis}?view={VIEW}")
    found = sorted(set(re.findall(rf'href="(/hypotheses/{hypothesis}/h[^"?#]+\?view={VIEW})', text)))
    assert len(found) >= 3
    told = {line for path in found for line in commands(page(server.url + html.unescape(path)))}
    asked = [shlex.split(line)[1:] for line in sorted(told) if line.startswith("biokg query ")]
    assert {line.split()[0] for line in told} == {"biokg"}
    assert f"biokg hypotheses {hypothesis} --view {VIEW}" in told
    assert {words[1] for words in asked} <= set(catalogue())
    for words in asked[:3]:
        assert main(words) == 0
        assert capsys.readouterr().out.splitlines() == run(store, words[1], view=VIEW).to_csv().splitlines()


def test_the_page_of_a_comparison_names_the_query_of_both_its_sides(server: Any) -> None:
    told = commands(page(f"{server.url}/hypotheses/H2/h2a-comparison?view={VIEW}"))
    assert {line.split()[2] for line in told if line.startswith("biokg query")} > {
        "measure-development",
        "measure-alliances",
    }


def test_the_command_of_the_report_writes_the_report(own_state: Path, tmp_path: Path) -> None:
    options = ["--format", "md", "--view", "to-2016", "--without-robustness"]
    assert main(["report", *options, "-o", str(tmp_path / "one.md")]) == 0
    text = (tmp_path / "one.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"`(biokg report [^`]*)`", text)
    assert main([*shlex.split(line)[1:], "--format", "md", "-o", str(tmp_path / "two.md")]) == 0
    assert (tmp_path / "two.md").read_bytes() == text.encode()
