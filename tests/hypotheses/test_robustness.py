"""The arrays give what asking again would give: other defaults, a document less, a firm less."""

from __future__ import annotations

import re
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
from biokg.hypotheses.evidence import EvidenceLine
from biokg.hypotheses.extraction import Source
from biokg.hypotheses.robustness import VERDICTS, open_counter_evidence, robustness, sub_claim_robustness
from biokg.hypotheses.scenarios import OUTCOMES, Scenarios, decide_codes
from biokg.store.base import Store
from biokg.terms import PREFIXES, entity, term

if TYPE_CHECKING:
    from tests.hypotheses.conftest import World

AUTHOR = entity("document", "dissertation")
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


def standing_on(world: World, document: str) -> set[str]:
    """Statements of *document* alone, and the things, organisations apart, that only such statements tell of."""
    documents: dict[str, set[str]] = {}
    things: dict[str, set[str]] = {}
    for quad in world.store.quads():
        if quad.predicate.value == term("document"):
            documents.setdefault(quad.subject.value, set()).add(quad.object.value)
        if quad.predicate.value == term("statedIn"):
            things.setdefault(quad.subject.value, set()).add(quad.object.value)
    alone = {statement for statement, own in documents.items() if own == {document}}
    told = {thing for thing, own in things.items() if own <= alone}
    return alone | {thing for thing in told if not re.search("/organization/[^/]+$", thing)}


@pytest.mark.parametrize("claim", ["h1b", "h2a", "h2b", "h3b", "h4b"])
def test_leaving_a_document_out_is_what_removing_its_statements_gives(claim: str, world: World) -> None:
    found = sub_claim_robustness(world.claim(claim), world.view(claim[:2]))
    effect = (found.verdicts != found.verdicts[..., :1]).reshape(-1, found.scenarios.size).sum(axis=0)
    documents = found.scenarios.documents
    effect[1 + documents.index(AUTHOR)] = 0  # h1b: the first instruments stand there, and are taken as they are
    number = 1 + int(np.argmax(effect[1 : 1 + len(documents)]))
    assert effect[number] > 0
    assert world.drop_nodes(standing_on(world, documents[number - 1])) > 0
    after = sub_claim_robustness(world.claim(claim), world.view(claim[:2]))
    assert (after.verdicts[..., 0] == found.verdicts[..., number]).all()


def line(name: str, stance: str, *documents: str, citing: bool = False) -> EvidenceLine:
    """A line about a Belgian case; its first document may cite a work."""
    sources = tuple(Source(f"{name}-{number}", one, None, None, None) for number, one in enumerate(documents))
    cites = frozenset({f"{name}-0"} if citing else ())
    return EvidenceLine(name, "h2", stance, "case", name, (), sources, citing=cites, belgian=True)


def test_without_one_of_its_sources_a_line_is_weighed_by_the_others(definitions: Definitions) -> None:
    both = line("both", "challenges", AUTHOR, "document/page").weighed(definitions.weights)
    assert both.weight == "moderate"
    author = both.without("document/page", definitions.weights)
    assert author is not None
    assert (author.weight, author.points) == ("weak", both.points - 2)
    page = both.without(AUTHOR, definitions.weights)
    assert page is not None
    assert page.points == both.points
    assert both.without("document/another", definitions.weights) is both
    assert line("one", "challenges", "document/page").without("document/page", definitions.weights) is None
    scenarios = Scenarios(("document/another", AUTHOR, "document/page"), ())
    assert open_counter_evidence([both], scenarios, definitions.weights).tolist() == [1, 1, 1, 0]


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
