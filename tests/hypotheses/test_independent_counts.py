"""L, H and coverage agree with a count made from the tables alone, by other code."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from biokg.hypotheses import HypothesisAssessment

PROPER = {
    *("research_alliance", "licensing_out", "licensing_in", "co_development", "joint_venture"),
    *("marketing_distribution", "equity_alliance", "strategic_alliance_unspecified", "public_private_partnership"),
}


def rows(repository: Path, name: str) -> list[dict[str, str]]:
    with (repository / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if row["source"] != "memory"]


def sample(repository: Path) -> tuple[set[str], set[str]]:
    """Certain and possible members of the default population."""
    certain, possible = set(), set()
    for row in rows(repository, "organizations"):
        if row["type"] != "nbf":
            continue
        if row["nbf_sample"] == "dissertation_named":
            certain.add(row["id"])
        elif row["nbf_sample"] == "candidate_2016":
            (certain if row["founded_by_2016"] == "yes" else possible).add(row["id"])
        elif row["nbf_sample"] == "lead_only":
            possible.add(row["id"])
    return certain, possible


@pytest.mark.parametrize(("criterion", "classes"), [("h2a-alliances", None), ("h2b-large-pharma", {"big_pharma"})])
def test_shares_of_firms_with_alliances(
    repository: Path, assessed: dict[str, HypothesisAssessment], criterion: str, classes: set[str] | None
) -> None:
    certain, possible = sample(repository)
    allied: set[str] = set()
    for row in rows(repository, "alliances"):
        if row["kind"] not in PROPER or (classes and row["partner_class"] not in classes):
            continue
        allied.add(row["nbf_id"])
        if classes is None:
            allied |= {row["partner_id"], *row["other_party_ids"].split(";")}
            allied -= {"mycartis"} if row["id"] == "biocartis-pronota-2014" else set()
            allied -= {"oncurious"} if row["id"] == "thrombogenics-vib-2015" else set()
    parts = {part.criterion.id: part for claim in assessed["h2"].view("all").sub_claims for part in claim.criteria}
    count = parts[criterion].tally
    yes = len(allied & certain)
    unsure = len(possible - allied)
    assert (count.yes, count.no, count.unknown) == (yes, 0, len(certain) - yes)
    assert count.possible == len(possible)
    assert count.low == yes / (len(certain) + unsure)
    assert count.high == 1.0
    assert count.coverage == yes / len(certain)


def test_payments_of_large_company_alliances(repository: Path, assessed: dict[str, HypothesisAssessment]) -> None:
    certain, _possible = sample(repository)
    members = certain | {
        row["id"] for row in rows(repository, "organizations") if row["nbf_sample"] == "candidate_2016"
    }
    deals = [
        row
        for row in rows(repository, "alliances")
        if row["kind"] in PROPER and row["partner_class"] == "big_pharma" and row["nbf_id"] in members
    ]
    paid = [
        row
        for row in deals
        if "yes" in (row["upfront"], row["milestones"], row["royalties"], row["equity"]) or row["total_max_m"]
    ]
    parts = {part.criterion.id: part for claim in assessed["h2"].view("all").sub_claims for part in claim.criteria}
    count = parts["h2b-payments"].tally
    assert (count.yes, count.n) == (len(paid), len(deals))


def test_a_view_never_knows_less_than_an_earlier_one(assessed: dict[str, HypothesisAssessment]) -> None:
    for item in assessed.values():
        earlier, later = item.view("to-2016"), item.view("all")
        for one, two in zip(earlier.sub_claims, later.sub_claims, strict=True):
            for before, after in zip(one.criteria, two.criteria, strict=True):
                if before.criterion.member == "firm":
                    assert before.tally.n == after.tally.n
                    assert before.tally.yes <= after.tally.yes + after.tally.disputed
