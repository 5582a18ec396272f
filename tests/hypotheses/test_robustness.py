"""The arrays give what asking again would give: other defaults, a document less, a firm less."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biokg.hypotheses import assess
from biokg.hypotheses.assessment import HypothesisAssessment
from biokg.hypotheses.counting import Tally, decide
from biokg.hypotheses.definitions import Definitions
from biokg.hypotheses.robustness import VERDICTS, robustness, sub_claim_robustness
from biokg.hypotheses.scenarios import OUTCOMES, decide_codes
from biokg.store.base import Store
from biokg.terms import PREFIXES, term

if TYPE_CHECKING:
    from tests.hypotheses.conftest import World

CLAIMS = ("h1b", "h2a", "h2b", "h3a", "h3b", "h4a", "h4b")


@given(
    st.lists(st.integers(0, 6), min_size=6, max_size=6),
    st.sampled_from(["most", "all", "at-least", "some"]),
    st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, 3.0]),
)
def test_the_array_form_decides_as_the_plain_one(counts: list[int], quantifier: str, threshold: float) -> None:
    limit = threshold if quantifier != "most" else min(threshold, 0.9)
    plain = decide(Tally(*counts), quantifier, limit)
    codes = decide_codes(np.array(counts).reshape(6, 1, 1), quantifier, np.array([limit]))
    assert OUTCOMES[int(codes[0, 0, 0])] is plain


def changed(
    definitions: Definitions, claim: str, population: str, rule: int, step: int, as_of: int | None
) -> Definitions:
    """The definitions with one cell of the grid as their defaults."""
    criteria = []
    for criterion in definitions.criteria:
        if criterion.sub_claim == claim:
            place = population if population in criterion.populations else criterion.populations[0]
            limits = [year for year in (criterion.until, as_of) if year is not None]
            criterion = replace(
                criterion,
                populations=(place,),
                rules=(criterion.rules[min(rule, len(criterion.rules) - 1)],),
                exposure_rules=criterion.exposure_rules[min(rule, len(criterion.exposure_rules) - 1) :][:1],
                until=min(limits) if limits else None,
            )
            if criterion.quantifier == "all":
                numbers = criterion.at_least_range
                criterion = replace(criterion, at_least=numbers[min(step, len(numbers) - 1)])
            else:
                steps = criterion.threshold_range
                criterion = replace(criterion, threshold=steps[min(step, len(steps) - 1)])
        criteria.append(criterion)
    return replace(definitions, criteria=tuple(criteria))


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_cell_is_what_assessing_with_its_choices_gives(
    claim: str, store: Store, definitions: Definitions, assessed: dict[str, HypothesisAssessment]
) -> None:
    view = assessed[claim[:2]].view("all")
    part = {one.claim.id: one for one in view.sub_claims}[claim]
    found = sub_claim_robustness(part, view)
    cells = found.grid.cells()
    for cell in (cells[0], cells[len(cells) // 3], cells[len(cells) // 2], cells[-1]):
        place, rule, step, when = cell
        own = changed(definitions, claim, found.grid.populations[place], rule, step, found.grid.as_of[when])
        (again,) = assess(store, ["all"], hypotheses=[claim[:2]], definitions=own)
        expected = {one.claim.id: one.decision.verdict for one in again.view("all").sub_claims}[claim]
        assert VERDICTS[found.verdicts[(*cell, 0)]] is expected, cell


def test_leaving_a_document_out_is_what_removing_its_statements_gives(world: World) -> None:
    view = world.view("h2")
    part = {one.claim.id: one for one in view.sub_claims}["h2b"]
    found = sub_claim_robustness(part, view)
    effect = (found.verdicts != found.verdicts[..., :1]).reshape(-1, found.scenarios.size).sum(axis=0)
    number = 1 + int(np.argmax(effect[1 : 1 + len(found.scenarios.documents)]))
    assert effect[number] > 0
    document = found.scenarios.documents[number - 1]
    documents: dict[str, set[str]] = {}
    for quad in world.store.quads():
        if quad.predicate.value == term("document"):
            documents.setdefault(quad.subject.value, set()).add(quad.object.value)
    alone = {statement for statement, own in documents.items() if own == {document}}
    facts = {q.subject.value: set() for q in world.store.quads() if q.predicate.value == term("statedIn")}
    for quad in world.store.quads():
        if quad.predicate.value == term("statedIn"):
            facts[quad.subject.value].add(quad.object.value)
    world.drop_nodes({fact for fact, statements in facts.items() if statements and statements <= alone})
    after = sub_claim_robustness(world.claim("h2b"), world.view("h2"))
    assert (after.verdicts[..., 0] == found.verdicts[..., number]).mean() > 0.95


def test_the_report_of_robustness_adds_up(assessed: dict[str, HypothesisAssessment]) -> None:
    told = robustness(assessed["h3"])
    assert "not a probability" in told["views"][0]["note"]
    for view in told["views"]:
        assert sum(view["verdicts"].values()) == view["cells"]
        for part in view["sub_claims"]:
            assert part["cells"] == len(part["grid"]) == sum(part["verdicts"].values())
            assert part["kept"] == part["verdicts"].get(part["verdict"], 0)
            for shares in part["by_axis"].values():
                assert all(0 <= share <= 1 for share in shares.values())


def test_the_missing_fact_is_of_an_undecided_criterion(assessed: dict[str, HypothesisAssessment]) -> None:
    told = robustness(assessed["h3"])
    by_name = {part["sub_claim"]: part for part in told["views"][1]["sub_claims"]}
    missing = by_name["h3a"]["missing_fact"]
    assert missing["criterion"] == "h3a-by-2016"
    assert missing["member"]["iri"].startswith(PREFIXES["bki"])
    assert missing["narrows_by"] == pytest.approx(1 / 46)
