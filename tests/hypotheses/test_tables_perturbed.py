"""Change the tables themselves, build them again, and see the numbers move as predicted."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from biokg.hypotheses import HypothesisAssessment, assess, load_definitions
from biokg.hypotheses.counting import State
from biokg.hypotheses.criteria import CriterionAssessment
from biokg.knowledge.build import open_published, publish
from biokg.settings import load_settings
from biokg.terms import entity


@pytest.fixture
def tables(repository: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(repository / "data", tmp_path / "data"))


def append(tables: Path, table: str, *rows: dict[str, str]) -> None:
    with (tables / f"{table}.csv").open("r+", encoding="utf-8", newline="") as handle:
        names = csv.DictReader(handle).fieldnames or ()
        handle.seek(0, 2)
        writer = csv.DictWriter(handle, names, lineterminator="\n")
        writer.writerows({name: row.get(name, "") for name in names} for row in rows)


def newcomer(number: int) -> dict[str, str]:
    told = {"id": f"newcomer-{number}", "name": f"Newcomer {number}", "type": "nbf", "region": "flanders"}
    kind = {"nbf_sample": "candidate_2016", "founded_by_2016": "yes", "founded_year": "1975"}
    return (
        told | kind | {"country": "Belgium", "named_in_dissertation": "no", "source": f"https://example.org/{number}"}
    )


def without_alliance(number: int) -> dict[str, str]:
    about = {"id": f"none-{number}", "about_kind": "organization", "about_id": f"newcomer-{number}", "year": "2016"}
    said = {"complete_for": "Alliance", "is_complete": "yes", "description": "has no alliance"}
    return about | said | {"source": f"https://example.org/{number}", "locator": "never had an alliance"}


def assessed(tables: Path, state: Path, view: str = "to-2016") -> dict[str, HypothesisAssessment]:
    settings = load_settings({"data_dir": tables, "state_dir": state}, environ={})
    published = publish(settings)
    assert published.problem is None, published.problem
    found = assess(open_published(published), [view], definitions=load_definitions(tables / "hypotheses"))
    return {item.id: item for item in found}


def criterion(found: dict[str, HypothesisAssessment], name: str) -> CriterionAssessment:
    parts = found[name[:2]].view("to-2016").sub_claims
    return {item.criterion.id: item for part in parts for item in part.criteria}[name]


def test_five_firms_stated_in_the_tables_to_have_no_alliance_are_a_no_and_silent_ones_are_not(
    tables: Path, tmp_path: Path
) -> None:
    before = assessed(tables, tmp_path / "before")
    append(tables, "organizations", *(newcomer(number) for number in range(6)))
    append(tables, "completeness", *(without_alliance(number) for number in range(5)))
    after = assessed(tables, tmp_path / "after")
    old, new = criterion(before, "h2a-alliances").tally, criterion(after, "h2a-alliances").tally
    assert (new.yes, new.no, new.unknown) == (old.yes, old.no + 5, old.unknown + 1)
    older, newer = criterion(before, "h1b-order").tally, criterion(after, "h1b-order").tally
    assert (newer.yes, newer.no, newer.unknown) == (older.yes, older.no + 6, older.unknown)
    assert "nobody to compare with" in criterion(before, "h2a-comparison").why
    assert "5 known not to be" in criterion(after, "h2a-comparison").why
    assert "no outcome is known in one of the groups" in criterion(after, "h2a-comparison").why


BOUGHT = ("acquired_by", "acquired_year", "acquisition_value")


def rewrite(path: Path, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        names, rows = list(reader.fieldnames or ()), [change(row) for row in reader]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row is not None)


def forget_sales_of_firms(tables: Path) -> None:
    """What the tables of organisations say of sales; the deals still tell of them."""
    rewrite(tables / "organizations.csv", lambda row: row | dict.fromkeys(BOUGHT, ""))
    rewrite(tables / "org_facts.csv", lambda row: None if row["attribute"] in BOUGHT else row)


def forget_sales_among_deals(tables: Path) -> None:
    """The deals that are sales, with the rows that refer to them."""
    with (tables / "alliances.csv").open(encoding="utf-8", newline="") as handle:
        gone = {row["id"] for row in csv.DictReader(handle) if row["kind"] == "merger_acquisition"}
    for path in tables.glob("*.csv"):
        if any(name in path.read_text(encoding="utf-8") for name in gone):
            rewrite(path, lambda row: None if gone & set(row.values()) else row)


def told(found: HypothesisAssessment, view: str = "all") -> dict[str, dict[str, tuple[State, set[str]]]]:
    """For each criterion each member's state and the kinds of the facts behind it."""
    return {
        item.criterion.id: {
            result.member.iri: (result.state, {fact.code("kind") for fact in result.facts}) for result in item.members
        }
        for part in found.view(view).sub_claims
        for item in part.criteria
    }


def test_a_sale_that_two_tables_state_counts_until_neither_states_it(tables: Path, tmp_path: Path) -> None:
    """Taking the sales out of one table moves no firm of H3 of which a deal tells the same sale."""
    with (tables / "alliances.csv").open(encoding="utf-8", newline="") as handle:
        deals = [row for row in csv.DictReader(handle) if row["kind"] == "merger_acquisition"]
    sold = {entity("organization", row[side]) for row in deals for side in ("nbf_id", "partner_id")}
    before = told(assessed(tables, tmp_path / "before", "all")["h3"])
    forget_sales_of_firms(tables)
    between = told(assessed(tables, tmp_path / "between", "all")["h3"])
    for name, members in before.items():
        assert {m: between[name].get(m) for m in members if m in sold} == {m: members[m] for m in members if m in sold}
    forget_sales_among_deals(tables)
    after = told(assessed(tables, tmp_path / "after", "all")["h3"])
    moved = {
        member: (*old, *after["h3a-to-date"][member])
        for member, old in before["h3a-to-date"].items()
        if after["h3a-to-date"][member] != old
    }
    assert any(old is State.YES and new is State.UNKNOWN for old, _, new, _ in moved.values())
    for _, kinds, new, left in moved.values():
        assert kinds - left == {"AcquisitionEvent"}
        assert new is not State.NO, "silence is no statement of independence"
    counted = [sum(state is State.YES for state, _ in each["h3b-to-date"].values()) for each in (before, after)]
    assert counted[0] > counted[1]
