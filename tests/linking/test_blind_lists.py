"""Lists of names that were written without a look at the rules and frozen before they were first run.

What each gave on its first run, before any rule was changed because of it, is said in ``docs/linking.md``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from biokg.linking.matching import Matcher
from biokg.linking.registry import graph_entities, read_registry
from biokg.store.base import Store
from biokg.terms import VIEWS

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[2].parent / "shared" / "links"


@dataclass(frozen=True)
class Outcome:
    """Counts over one list: variants that no file lists verbatim, and near-misses."""

    right: int
    wrong: int
    variants: int
    false_near: int
    near_misses: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong + self.false_near)

    @property
    def recall(self) -> float:
        return self.right / self.variants


def outcome(matcher: Matcher, path: Path) -> Outcome:
    """Run the list at *path*; ids are compared by what stands after their last slash."""
    listed = {name for entity in matcher.index.entities for name in (*entity.names, *entity.acronyms)}
    right = wrong = variants = false_near = near_misses = 0
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            match = matcher.match(row["name"])
            answer = match.entity.id.rsplit("/", 1)[-1] if match.entity else ""
            if row["kind"] == "near-miss":
                near_misses += 1
                false_near += bool(answer)
            elif row["name"] not in listed:
                variants += 1
                right += answer == row["expected"]
                wrong += answer not in ("", row["expected"])
    return Outcome(right, wrong, variants, false_near, near_misses)


@pytest.fixture(scope="module")
def matcher(store: Store) -> Matcher:
    return Matcher(graph_entities(store, default_graphs=VIEWS["all"].graphs))


@pytest.mark.parametrize(("name", "size"), [("gold-blind-1.csv", 1400), ("gold-blind-2.csv", 1000)])
def test_names_written_blind_find_the_organizations_of_the_graph(matcher: Matcher, name: str, size: int) -> None:
    found = outcome(matcher, HERE / name)
    assert found.variants + found.near_misses > size
    assert found.precision >= 0.98, found
    assert found.recall >= 0.90, found
    assert found.false_near / found.near_misses <= 0.02, found
    assert found.wrong == 0, found


def test_names_written_blind_find_the_records_of_a_registry() -> None:
    files = [SHARED / name for name in ("ror-be.jsonl", "ror-pharma.jsonl", "ror-other.jsonl")]
    if not all(path.exists() for path in files):
        pytest.skip("the shared source tables are not here")
    entities = {entity.id: entity for path in files for entity in read_registry(path)}
    found = outcome(Matcher(entities.values()), HERE / "gold-blind-ror.csv")
    assert found.variants > 250
    assert found.precision >= 0.98, found
    assert found.recall >= 0.90, found
    assert found.false_near / found.near_misses <= 0.02, found
