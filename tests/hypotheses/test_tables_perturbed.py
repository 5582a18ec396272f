"""Change the tables themselves, build them again, and see the numbers move as predicted."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from biokg.hypotheses import HypothesisAssessment, assess, load_definitions
from biokg.hypotheses.criteria import CriterionAssessment
from biokg.knowledge.build import open_published, publish
from biokg.settings import load_settings


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


def assessed(tables: Path, state: Path) -> dict[str, HypothesisAssessment]:
    settings = load_settings({"data_dir": tables, "state_dir": state}, environ={})
    published = publish(settings)
    assert published.problem is None, published.problem
    found = assess(open_published(published), ["to-2016"], definitions=load_definitions(tables / "hypotheses"))
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
