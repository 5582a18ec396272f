"""The pages of a hypothesis say what a sceptical reader asks first, stay small, and hide nothing."""

from __future__ import annotations

import csv
import gzip
import io
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

NAMES = ("H1", "H2", "H3", "H4")


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 200, address
    return unescape(re.sub(r"\s+", " ", answer.text))


@pytest.fixture(scope="module")
def documents(client: FlaskClient) -> dict[str, dict[str, Any]]:
    """Each hypothesis with robustness, computed before the pages are asked for."""
    return {name: client.get(f"/hypotheses/{name}.json").get_json() for name in NAMES}


@pytest.mark.parametrize("view", ["dissertation", "to-2016", "all"])
@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_that_few_choices_keep_says_so_beside_it(
    client: FlaskClient, documents: dict[str, dict[str, Any]], name: str, view: str
) -> None:
    text = read(client, f"/hypotheses/{name}?view={view}")
    (found,) = [one for one in documents[name]["robustness"]["views"] if one["view"] == view]
    for part in (found, *found["sub_claims"]):
        weak = f"Fewer than half of the choices keep this verdict: {part['kept']} of {part['cells']} cells"
        assert (weak in text) == (2 * part["kept"] < part["cells"])
        if part.get("missing_fact"):
            assert part["missing_fact"]["member"]["label"] in text
            assert part["missing_fact"]["effect"] in text


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_small_and_leads_to_every_member_and_line(
    client: FlaskClient, documents: dict[str, dict[str, Any]], name: str
) -> None:
    answer = client.get(f"/hypotheses/{name}", headers={"Accept": "text/html"})
    assert len(gzip.compress(answer.data)) < 40_000
    widest = documents[name]["views"][-1]
    every = read(client, f"/hypotheses/{name}/evidence")
    for claim in widest["sub_claims"]:
        for line in (*claim["evidence"], *claim["counter_evidence"], *claim["qualifying"]):
            assert line["text"] in every
        for criterion in claim["criteria"]:
            assert f'href="/hypotheses/{name}/{criterion["id"]}?view=all"' in answer.text


def test_the_page_of_a_criterion_holds_every_member_fact_and_counter_row(
    client: FlaskClient, documents: dict[str, dict[str, Any]]
) -> None:
    widest = documents["H2"]["views"][-1]
    held = {criterion["id"]: criterion for claim in widest["sub_claims"] for criterion in claim["criteria"]}
    for name in ("h2a-alliances", "h2a-comparison", "h2b-went-on"):
        text = read(client, f"/hypotheses/H2/{name}")
        for member in held[name]["members"]:
            assert member["label"] in text
            assert all(fact["label"] in text for fact in member["facts"])
        assert text.count("<tr>") >= len(held[name]["counter_rows"]["rows"])
    rows = list(csv.DictReader(io.StringIO(client.get("/hypotheses/H2/h2a-alliances.csv").text)))
    assert len(rows) == sum(max(len(member["facts"]), 1) for member in held["h2a-alliances"]["members"])
    unknown = {row["member"] for row in rows if (row["state"], row["membership"]) == ("unknown", "certain")}
    assert len(unknown) == held["h2a-alliances"]["U"]


def test_what_cannot_be_compared_is_said_in_words(client: FlaskClient, documents: dict[str, dict[str, Any]]) -> None:
    assert documents
    second, first = read(client, "/hypotheses/H2"), read(client, "/hypotheses/H1")
    assert "nobody is stated to be without, and silence is no such statement" in second
    assert "Not comparable" in second
    assert "no pre-period is observable" in first
    assert "as if firms were a random draw, which they are not" in second


def test_a_criterion_or_view_that_is_not_there_is_answered_with_those_that_are(client: FlaskClient) -> None:
    assert "h2a-alliances" in client.get("/hypotheses/H2/nothing").text
    assert client.get("/hypotheses/H2/h1b-order").status_code == 404
    assert "to-2016" in client.get("/hypotheses/H2/h2a-alliances?view=nothing").text


def test_the_self_assessment_can_be_filled_in_and_taken_away(client: FlaskClient) -> None:
    sheet = read(client, "/efqm?firm=galapagos")
    assert "EFQM self-assessment: Galapagos" in sheet
    assert sheet.count('type="number"') == 9
    assert "nothing known" in sheet
    empty = list(csv.DictReader(io.StringIO(client.get("/efqm.csv?firm=galapagos").text)))
    assert len(empty) == 9
    assert {row["score 0 to 100"] for row in empty} == {""}
    assert any(row["held in the graph"].startswith("Alliance: ") for row in empty)
    typed = {"firm": "galapagos", "score-efqm-leadership": "70", "evidence-efqm-leadership": "board minutes, 2016"}
    filled = list(csv.DictReader(io.StringIO(client.post("/efqm.csv", data=typed).text)))
    (leadership,) = [row for row in filled if row["criterion"] == "Leadership"]
    assert (leadership["score 0 to 100"], leadership["evidence of the firm"]) == ("70", "board minutes, 2016")


def test_each_proposition_of_the_framework_has_its_evidence_or_says_there_is_none_known(client: FlaskClient) -> None:
    rows = client.get("/api/queries/framework-propositions").get_json()["rows"]
    names = {row["proposition"]["label"] for row in rows}
    text = read(client, "/framework")
    assert len(names) == 11
    assert all(name in text for name in names)
    assert text.count("not tested here") == 6
    assert all(row["text"] in text for row in rows if row["text"])
