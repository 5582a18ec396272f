"""An assessment as plain values, as RDF, as a report, and beside another: same in, same out."""

from __future__ import annotations

import json
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.dom import minidom

import pytest
from pyoxigraph import RdfFormat, parse

from biokg.errors import UsageError
from biokg.hypotheses import assess
from biokg.hypotheses.comparison import narrow, side_by_side
from biokg.hypotheses.figures import curves_svg, intervals_svg
from biokg.hypotheses.provenance import to_nquads
from biokg.hypotheses.report import blocks, figures, report, write_report
from biokg.store.answering import Answering
from biokg.terms import ASSESSMENT_GRAPH, PREFIXES, term

if TYPE_CHECKING:
    from biokg.hypotheses import Definitions, HypothesisAssessment
    from biokg.store.base import Store
    from biokg.store.memory import MemoryStore


def test_plain_values_are_json_and_carry_what_a_verdict_rests_on(assessed: dict[str, HypothesisAssessment]) -> None:
    told = assessed["h2"].to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["author"]["verdict"] == "supported"
    assert told["strengths"]
    assert told["weaknesses"]
    criterion = told["views"][2]["sub_claims"][0]["criteria"][0]
    for key in ("N", "Y", "X", "U", "L", "H", "coverage", "threshold", "flip", "outcome", "why"):
        assert key in criterion
    assert len(criterion["query"]["sha256"]) == 64
    facts = [fact for member in criterion["members"] for fact in member["facts"] if fact["state"] == "yes"]
    assert facts
    assert all(fact["sources"] and fact["sources"][0]["document"] for fact in facts)
    lines = told["views"][2]["sub_claims"][1]["counter_evidence"]
    assert lines
    assert all(line["sources"] and line["weight"] in ("none", "weak", "moderate", "strong") for line in lines)


def test_two_runs_on_one_version_give_the_same_bytes(store: Store, definitions: Definitions) -> None:
    runs = [to_nquads(assess(store, ["all"], graph_version="v1", definitions=definitions)) for _ in range(2)]
    assert runs[0] == runs[1]
    quads = list(parse(runs[0], format=RdfFormat.N_QUADS))
    assert {quad.graph_name.value for quad in quads} == {ASSESSMENT_GRAPH}
    used = {q.object.value for q in quads if q.predicate.value == PREFIXES["prov"] + "used"}
    assert any("/dataset/v1" in address for address in used)
    assert any(definitions.version in address for address in used)
    assert any("/query/measure-alliances/" in address for address in used)
    verdicts = [quad for quad in quads if quad.predicate.value == term("verdict")]
    assert len(verdicts) == 4 + 8
    assert not any(quad.subject.value.startswith("_:") for quad in quads)


class _Elsewhere(Answering):
    """A store that makes no views ahead, as one in another process."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def query(self, text: str, *dataset: Any, **options: Any) -> Any:
        return self._store.query(text, *dataset, **options)


def test_verdicts_are_the_same_whether_views_are_made_ahead_or_asked_one_by_one(
    store: MemoryStore, definitions: Definitions, assessed: dict[str, HypothesisAssessment]
) -> None:
    elsewhere: Any = _Elsewhere(store)
    asked = assess(elsewhere, graph_version="v" * 64, definitions=definitions)
    assert [item.to_dict() for item in asked] == [item.to_dict() for item in assessed.values()]
    assert to_nquads(asked) == to_nquads(list(assessed.values()))


def test_another_version_gives_another_assessment(store: Store, definitions: Definitions) -> None:
    one, two = (
        to_nquads(assess(store, ["to-2016"], hypotheses=["h3"], graph_version=version, definitions=definitions))
        for version in ("v1", "v2")
    )
    assert one != two


class Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_report_stands_alone_and_has_its_figures(assessed: dict[str, HypothesisAssessment]) -> None:
    chosen = [assessed["h3"]]
    text = report(chosen, "html")
    checker = Checker()
    checker.feed(text)
    assert checker.tags.count("svg") >= 6
    assert "script" not in checker.tags
    assert not checker.addresses
    assert "not a probability" in text
    assert report(chosen, "html") == text
    for start in range(text.count("<svg")):
        part = text.split("<svg")[start + 1]
        minidom.parseString(f"<svg{part.split('</svg>')[0]}</svg>".encode())
    markdown = report(chosen, "md", robustness=False)
    assert markdown.startswith("# ")
    assert "Counter-evidence" in markdown
    with pytest.raises(UsageError, match="no report format"):
        report(chosen, "docx")


def test_tables_and_figures_are_numbered_and_all_documents_listed(
    assessed: dict[str, HypothesisAssessment],
) -> None:
    told = tuple(blocks([assessed["h3"]], robustness=False))
    html, markdown = write_report(told, "pdf-ready"), write_report(told, "md", figures="figs")
    drawn = figures(told)
    assert list(drawn) == [f"figure-{number:02d}" for number in range(1, len(drawn) + 1)]
    for number, name in enumerate(drawn, start=1):
        assert f"<b>Figure {number}.</b>" in html
        assert f"![Figure {number}](figs/{name}.svg)" in markdown
    assert f"<b>Table {html.count('<table>')}.</b> Documents that the evidence" in html
    sources = html.split("<h2>Sources</h2>")[1]
    for view in assessed["h3"].to_dict()["views"]:
        for claim in view["sub_claims"]:
            for line in (*claim["evidence"], *claim["counter_evidence"]):
                assert all(escape(source["label"]) in sources for source in line["sources"])


def test_labels_from_data_are_text_in_figures() -> None:
    criterion = {
        "quantifier": "most",
        "L": 0.2,
        "H": 0.9,
        "title": "<b>&",
        "outcome": "passed",
        "outcome_label": "passed",
        "threshold": 0.5,
        "Y": 1,
        "X": 0,
        "U": 1,
    }
    for text in (intervals_svg([criterion], '"><script>'), curves_svg({"<i>": [(1.0, 0.5)]}, "t", "u")):
        document = minidom.parseString(text.encode())
        assert not document.getElementsByTagName("script")
        assert not document.getElementsByTagName("b")


def test_two_regions_stand_side_by_side(store: Store, definitions: Definitions) -> None:
    assessed = {
        region: assess(store, ["all"], hypotheses=["h2", "h4"], definitions=narrow(definitions, region))
        for region in ("flanders", "wallonia")
    }
    rows = {row["id"]: row for row in side_by_side(assessed)}
    firms = rows["h2a-alliances"]["values"]
    assert firms["flanders"]["N"] > 10
    assert firms["wallonia"]["N"] > 10
    whole = assess(store, ["all"], hypotheses=["h2"], definitions=definitions)
    everyone = whole[0].view("all").sub_claims[0].criteria[0].tally.n
    assert firms["flanders"]["N"] + firms["wallonia"]["N"] <= everyone
    assert rows["h2b-large-pharma"]["comparable"] is False
    assert rows["h4a-directions"]["values"]["flanders"]["N"] == 3


def test_a_populations_file_of_ones_own_takes_the_place_of_the_projects(
    store: Store, repository: Path, tmp_path: Path
) -> None:
    from biokg.hypotheses import load_definitions

    folder = repository / "data" / "hypotheses"
    own = tmp_path / "mine.toml"
    text = (folder / "populations.toml").read_text(encoding="utf-8")
    own.write_text(
        text.replace('{ sample = ["dissertation-named"] },', '{ member = ["argenx", "ablynx"] },', 1), encoding="utf-8"
    )
    found = load_definitions(folder, {"populations": own})
    (mine,) = assess(store, ["all"], hypotheses=["h2"], definitions=found)
    (theirs,) = assess(store, ["all"], hypotheses=["h2"], definitions=load_definitions(folder))
    assert found.version != theirs.definitions.version
    assert (
        mine.view("all").sub_claims[0].criteria[0].tally.n == theirs.view("all").sub_claims[0].criteria[0].tally.n - 16
    )
