"""Verdicts follow the rules of the design, and more support never makes a verdict worse."""

from hypothesis import given
from hypothesis import strategies as st

from biokg.hypotheses.counting import Outcome
from biokg.hypotheses.verdict import (
    LEVELS,
    CriterionResult,
    Verdict,
    decide_hypothesis,
    decide_sub_claim,
    design_needed,
    design_reached,
)

RESULTS = st.lists(
    st.builds(CriterionResult, st.sampled_from(list(Outcome)), st.booleans(), st.sampled_from(LEVELS)),
    min_size=1,
    max_size=6,
)
KINDS = st.lists(
    st.sampled_from(["existence", "causal", "associational", "descriptive", "forecast", "comparative"]),
    min_size=1,
    max_size=2,
)
RANK = [Verdict.CONTRADICTED, Verdict.INSUFFICIENT, Verdict.PARTIAL, Verdict.SUPPORTED]


@given(RESULTS, KINDS, st.integers(0, 3))
def test_a_sub_claim_follows_the_rules(results: list[CriterionResult], kinds: list[str], unanswered: int) -> None:
    verdict = decide_sub_claim(results, kinds, unanswered).verdict
    necessary = [result.outcome for result in results if result.necessary]
    passed = [result for result in results if result.outcome is Outcome.PASSED]
    if Outcome.FAILED in necessary:
        assert verdict is Verdict.CONTRADICTED
    elif not passed:
        assert verdict is Verdict.INSUFFICIENT
    elif necessary and set(necessary) == {Outcome.PASSED} and not unanswered:
        reached = max(LEVELS.index(result.design_level) for result in passed)
        enough = reached >= LEVELS.index(design_needed(kinds))
        assert verdict is (Verdict.SUPPORTED if enough else Verdict.PARTIAL)
    else:
        assert verdict is Verdict.PARTIAL


@given(RESULTS)
def test_a_causal_claim_is_never_supported_on_weaker_data(results: list[CriterionResult]) -> None:
    if design_reached(results) != "causal":
        assert decide_sub_claim(results, ["causal"], 0).verdict is not Verdict.SUPPORTED


@given(RESULTS, KINDS, st.integers(1, 5))
def test_unanswered_counter_evidence_never_leaves_a_claim_supported(
    results: list[CriterionResult], kinds: list[str], unanswered: int
) -> None:
    assert decide_sub_claim(results, kinds, unanswered).verdict is not Verdict.SUPPORTED


@given(RESULTS, KINDS, st.data())
def test_passing_one_more_criterion_never_makes_it_worse(
    results: list[CriterionResult], kinds: list[str], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(results) - 1))
    better = list(results)
    better[index] = CriterionResult(Outcome.PASSED, results[index].necessary, results[index].design_level)
    before, after = decide_sub_claim(results, kinds, 0).verdict, decide_sub_claim(better, kinds, 0).verdict
    assert RANK.index(after) >= RANK.index(before)


@given(st.lists(st.tuples(st.sampled_from(list(Verdict)), st.booleans()), min_size=1, max_size=4))
def test_a_hypothesis_follows_its_sub_claims(parts: list[tuple[Verdict, bool]]) -> None:
    verdict = decide_hypothesis(parts).verdict
    verdicts = [part for part, _ in parts]
    if (Verdict.CONTRADICTED, True) in parts:
        assert verdict is Verdict.CONTRADICTED
    elif set(verdicts) == {Verdict.SUPPORTED}:
        assert verdict is Verdict.SUPPORTED
    elif set(verdicts) == {Verdict.INSUFFICIENT}:
        assert verdict is Verdict.INSUFFICIENT
    else:
        assert verdict is Verdict.PARTIAL
