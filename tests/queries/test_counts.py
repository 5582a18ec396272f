"""Answers agree with counts taken from the tables without any RDF."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from biokg.queries import run
from biokg.store.base import Store

TO_2016 = "to-2016"
RESULTING = {"thrombogenics-vib-2015": {"oncurious"}, "biocartis-pronota-2014": {"mycartis"}}


@pytest.fixture(scope="module")
def tables(repository: Path) -> dict[str, list[dict[str, str]]]:
    def rows(name: str) -> list[dict[str, str]]:
        with (repository / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    names = (
        "organizations",
        "alliances",
        "policies",
        "policy_incentives",
        "evidence",
        "open_innovation_practices",
        "efqm",
    )
    return {name: [row for row in rows(name) if row["source"] != "memory"] for name in names}


@pytest.fixture(scope="module")
def firms(tables: dict[str, list[dict[str, str]]]) -> set[str]:
    return {row["id"] for row in tables["organizations"] if row["type"] == "nbf"}


def parties(row: dict[str, str]) -> set[str]:
    """Who plays a role; a firm that a joint venture results in is no party to it."""
    found = {row["nbf_id"], row["partner_id"], *filter(None, row["other_party_ids"].split(";"))} - {""}
    return found - RESULTING.get(row["id"], set())


def ending(address: str) -> str:
    return address.rsplit("/", 1)[-1]


def test_the_register_of_firms_is_the_nbf_rows_of_the_table(store: Store, firms: set[str]) -> None:
    assert {ending(member) for member in run(store, "population-firms").column("member")} == firms


def test_alliances_by_type_add_up(store: Store, tables: dict[str, list[dict[str, str]]], firms: set[str]) -> None:
    expected = Counter(row["kind"].replace("_", "-") for row in tables["alliances"] if parties(row) & firms)
    found = {ending(row["type"]): row["alliances"] for row in run(store, "h2-alliances-by-type").records()}
    assert found == dict(expected)


def test_alliances_without_a_year_stand_under_year_not_stated(
    store: Store, tables: dict[str, list[dict[str, str]]], firms: set[str]
) -> None:
    expected = Counter(row["year"] or "year not stated" for row in tables["alliances"] if parties(row) & firms)
    found = {row["when"]: row["alliances"] for row in run(store, "h2-alliances-by-year").records()}
    assert found == dict(expected)
    assert found["year not stated"] > 20


def test_alliances_per_firm(store: Store, tables: dict[str, list[dict[str, str]]], firms: set[str]) -> None:
    expected = Counter(dict.fromkeys(firms, 0))
    for row in tables["alliances"]:
        expected.update(parties(row) & firms)
    found = {ending(row["firm"]): row["alliances"] for row in run(store, "h2-alliances-per-firm").records()}
    assert found == dict(expected)


def test_firms_without_a_row_are_listed_as_not_known(
    store: Store, tables: dict[str, list[dict[str, str]]], firms: set[str]
) -> None:
    allied = {party for row in tables["alliances"] for party in parties(row)}
    found = run(store, "h2-firms-without").records()
    silent = {ending(row["firm"]) for row in found if row["standing"] == "none recorded: not known"}
    assert silent | {ending(row["firm"]) for row in found if row["standing"] == "stated to have none"} == firms - allied


def test_instruments_per_region(store: Store, tables: dict[str, list[dict[str, str]]]) -> None:
    for region in ("flanders", "wallonia"):
        found = run(store, "h1-instruments", {"region": f"bki:region/{region}"}).column("instrument")
        assert {ending(address) for address in found} == {
            row["id"] for row in tables["policies"] if row["region"] == region
        }


def test_incentives(store: Store, tables: dict[str, list[dict[str, str]]]) -> None:
    expected = sum(len(row["regions"].split(";")) for row in tables["policy_incentives"])
    assert len({(row["incentive"], row["region"]) for row in run(store, "h1-incentives").records()}) == expected


def test_evidence_for_and_against(store: Store, tables: dict[str, list[dict[str, str]]]) -> None:
    for hypothesis in ("h1", "h2", "h3", "h4"):
        rows = [row for row in tables["evidence"] if row["hypothesis_id"] == hypothesis]
        in_favour = set(run(store, f"{hypothesis}-evidence-for").column("line"))
        against = set(run(store, f"{hypothesis}-evidence-against").column("line"))
        assert {ending(line) for line in in_favour} == {row["id"] for row in rows if row["stance"] == "supports"}
        assert {ending(line) for line in against} == {row["id"] for row in rows if row["stance"] != "supports"}


def test_practices(store: Store, tables: dict[str, list[dict[str, str]]], firms: set[str]) -> None:
    rows = tables["open_innovation_practices"]
    of_firms = {row["id"] for row in rows if set(row["actor_ids"].split(";")) & firms}
    of_others = {row["id"] for row in rows} - of_firms
    assert {ending(practice) for practice in run(store, "h4-cases-of-others").column("practice")} == of_others
    assert {ending(member) for member in run(store, "population-practices").column("member")} == of_firms


def test_efqm_gaps_are_shown(store: Store, tables: dict[str, list[dict[str, str]]]) -> None:
    expected = Counter(bool(row["biotech_application"]) for row in tables["efqm"])
    found = Counter(row["standing"].startswith("read") for row in run(store, "efqm-criteria").records())
    assert found == expected


def test_nothing_later_than_the_dissertation_shows_in_the_view_to_2016(store: Store) -> None:
    years = [row["when"] for row in run(store, "h2-alliances-by-year", view=TO_2016).records()]
    assert max(year for year in years if year.isdigit()) <= "2016"
