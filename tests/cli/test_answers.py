"""Commands that ask the graph."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from biokg.knowledge.build import Publication
    from biokg.store.base import Store

Run = Callable[..., subprocess.CompletedProcess[str]]
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
LABELS = "SELECT ?alliance ?label { ?alliance a bkg:Alliance ; rdfs:label ?label } ORDER BY ?alliance LIMIT 5"

pytestmark = pytest.mark.usefixtures("publication")


def on_a_terminal(arguments: list[str], environment: dict[str, str]) -> str:
    """What the command writes when standard output is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "biokg.cli.main", *arguments]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return b"".join(parts).decode()


def test_the_count_of_quads_is_that_of_the_build(biokg: Run, publication: Publication) -> None:
    assert biokg("sparql", COUNT).stdout.split() == ["n", str(publication.quads)]
    assert publication.quads > 10_000


def test_a_query_comes_from_an_argument_a_file_or_stdin(biokg: Run, tmp_path: Path) -> None:
    file = tmp_path / "labels.rq"
    file.write_text(LABELS)
    answers = [biokg("sparql", LABELS), biokg("sparql", str(file)), biokg("sparql", input=LABELS)]
    assert len({answer.stdout for answer in answers}) == 1
    assert len(answers[0].stdout.splitlines()) == 6


def test_every_table_format_says_the_same(biokg: Run) -> None:
    import pyoxigraph as ox

    rows = list(csv.reader(io.StringIO(biokg("sparql", LABELS, "--format", "csv").stdout)))[1:]
    for form, parsed in (("json", ox.QueryResultsFormat.JSON), ("xml", ox.QueryResultsFormat.XML)):
        text = biokg("sparql", LABELS, "--format", form).stdout
        answer = ox.parse_query_results(text.encode(), format=parsed)
        assert [[term.value for term in row] for row in answer] == rows
    tsv = biokg("sparql", LABELS, "--format", "tsv").stdout.splitlines()
    assert tsv[0] == "?alliance\t?label"
    assert tsv[1].startswith(f"<{rows[0][0]}>\t")


def test_a_graph_is_written_in_every_rdf_format(biokg: Run) -> None:
    import pyoxigraph as ox

    inner = LABELS.replace("LIMIT 5", "LIMIT 9")
    query = f"CONSTRUCT {{ ?alliance rdfs:label ?label }} WHERE {{ {inner} }}"
    triples = set()
    for form, parsed in (("ttl", "ttl"), ("nt", "nt"), ("jsonld", "jsonld"), ("rdfxml", "rdf")):
        text = biokg("sparql", query, "--format", form).stdout
        kind = ox.RdfFormat.from_extension(parsed)
        found = frozenset(quad.triple for quad in ox.parse(text.encode(), format=kind))
        assert len(found) == 9
        triples.add(found)
    assert len(triples) == 1
    assert biokg("sparql", query).stdout == biokg("sparql", query, "--format", "ttl").stdout


def test_ask_answers_true_or_false_in_a_pipe(biokg: Run) -> None:
    assert biokg("sparql", "ASK { ?a a bkg:Alliance }").stdout == "true\n"
    assert biokg("sparql", "ASK { ?a a bkg:Nothing }").stdout == "false\n"
    assert json.loads(biokg("sparql", "ASK { ?a a bkg:Alliance }", "--format", "json").stdout)["boolean"] is True


def test_a_view_reads_only_its_layers(biokg: Run) -> None:
    query = "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a bkg:Alliance }"
    counts = [
        int(biokg("sparql", query, "--view", view).stdout.split()[1]) for view in ("dissertation", "to-2016", "all")
    ]
    assert 0 < counts[0] < counts[1] < counts[2]


def test_a_terminal_gets_a_table(environment: dict[str, str], store: Store) -> None:
    shown = on_a_terminal(["sparql", LABELS], environment)
    assert "bki:alliance/" in shown
    assert "5 rows" in shown
    first = next(iter(store.select(next_label()).rows))[0]
    assert first is not None
    assert str(first.value)[:20] in shown


def next_label() -> str:
    from biokg.sparql.prefixes import with_prefixes

    return with_prefixes("SELECT ?label { ?alliance a bkg:Alliance ; rdfs:label ?label } ORDER BY ?alliance LIMIT 1")


def test_canned_queries_are_listed_with_their_questions(biokg: Run) -> None:
    from biokg.queries.catalogue import catalogue

    listed = {row["name"]: row for row in csv.DictReader(io.StringIO(biokg("query").stdout))}
    assert set(listed) == set(catalogue())
    assert all(row["question"].endswith("?") for row in listed.values())


def test_a_canned_query_answers_like_the_library(biokg: Run, store: Store) -> None:
    from biokg.queries import run

    for view in ("dissertation", "all"):
        shown = biokg("query", "alliance-network", "--view", view).stdout
        assert shown.replace("\r\n", "\n") == run(store, "alliance-network", {}, view).to_csv().replace("\r\n", "\n")


def test_a_query_can_be_shown_instead_of_run(biokg: Run) -> None:
    from biokg.queries.catalogue import find

    assert biokg("query", "alliance-network", "--show").stdout == find("alliance-network").text


def test_validate_passes_the_graph_and_fails_a_broken_file(biokg: Run, tmp_path: Path) -> None:
    assert biokg("validate").returncode == 0
    broken = tmp_path / "broken.ttl"
    broken.write_text(
        "@prefix bkg: <https://w3id.org/biokg/ontology/> . <https://w3id.org/biokg/id/alliance/x> a bkg:Alliance ."
    )
    result = biokg("validate", str(broken))
    assert result.returncode == 3
    assert "alliance/x" in result.stdout


def test_check_finds_the_installation_well(biokg: Run) -> None:
    result = biokg("check", "--json", "--port", "0")
    findings = json.loads(result.stdout)
    assert result.returncode == 0, findings
    subjects = {finding["subject"] for finding in findings}
    assert {"tables", "ontology", "state folder", "Java", "canned queries", "graph", "shapes"} <= subjects


def test_check_names_what_is_bad_and_how_to_mend_it(biokg: Run, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("")
    result = biokg("check", "--token-file", str(token), "--port", "0", BIOKG_PROT="9000")
    assert result.returncode == 3
    assert f" bad  writes: {token} is missing or empty" in result.stdout
    assert "BIOKG_PROT is no setting" in result.stdout


def test_hypotheses_are_answered_for_each_view(biokg: Run) -> None:
    result = biokg("hypotheses", "H2", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert [item["label"] for item in document["hypotheses"]] == ["H2"]
    assert [view["view"] for view in document["hypotheses"][0]["views"]] == ["dissertation", "to-2016", "all"]
    shown = biokg("hypotheses").stdout
    for item in document["hypotheses"]:
        for view in item["views"]:
            assert view["verdict_label"] in shown


def test_a_bad_row_is_named_and_the_last_good_graph_answers(biokg: Run, repository: Path, tmp_path: Path) -> None:
    import shutil

    data = tmp_path / "tables"
    shutil.copytree(repository / "data", data)
    state = tmp_path / "state"
    flags = ("--data-dir", str(data), "--state-dir", str(state))
    built = json.loads(biokg("build", "--json", *flags).stdout)
    table = data / "alliances.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    header = next(csv.reader([lines[0]]))
    cells = next(csv.reader([lines[1]]))
    cells[header.index("nbf_id")] = "no-such-firm"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    table.write_text("".join([lines[0], out.getvalue(), *lines[2:]]), encoding="utf-8")
    result = biokg("build", "--json", *flags)
    assert result.returncode == 1
    assert "alliances.csv:2:nbf_id" in result.stderr
    assert "no-such-firm" in result.stderr
    assert json.loads(result.stdout)["version"] == built["version"]
    assert biokg("sparql", COUNT, *flags).stdout.split() == ["n", str(built["quads"])]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT ?x { ?x a bkg:Alliace }", "bkg:Alliace; did you mean bkg:Alliance?"),
        (
            "SELECT ?x { ?x bkg:basedIn <https://w3id.org/biokg/id/region/flandres> }",
            "did you mean bki:region/flanders?",
        ),
    ],
)
def test_an_empty_answer_names_what_the_graph_does_not_know(biokg: Run, query: str, said: str) -> None:
    answer = biokg("sparql", query)
    assert answer.returncode == 0
    assert answer.stdout.split() == ["x"]
    assert said in answer.stderr


def test_an_empty_answer_about_known_names_is_left_alone(biokg: Run) -> None:
    assert biokg("sparql", 'SELECT ?x { ?x a bkg:Alliance ; rdfs:label "none is called so" }').stderr == ""


def test_a_common_mistake_is_named_where_it_is(biokg: Run) -> None:
    said = biokg("sparql", "SELECT * { ?s ?p ?o } LIMT 3")
    assert said.returncode != 0
    assert "LIMT is no word of SPARQL" in said.stderr
