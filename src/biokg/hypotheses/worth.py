"""The missing fact worth most: which single unknown, once known, would bring a criterion nearest to a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from biokg.hypotheses.counting import Outcome, State, decide, needed_no, needed_unknowns

if TYPE_CHECKING:
    from biokg.hypotheses.criteria import CriterionAssessment, MemberResult


def _unknown(found: CriterionAssessment) -> list[MemberResult]:
    return [item for item in found.members if item.certain and item.state in (State.UNKNOWN, State.DISPUTED)]


def _steps(found: CriterionAssessment) -> int | None:
    """How few unknown members, all turning out one way, decide the criterion; ``None``: no number of them can."""
    criterion = found.criterion
    if criterion.quantifier == "all":
        return 1 if found.tally.unknown and not found.tally.no else None
    either = (
        needed_unknowns(found.tally, criterion.quantifier, criterion.threshold),
        needed_no(found.tally, criterion.quantifier, criterion.threshold),
    )
    numbers = [number for number in either if number]
    return min(numbers) if numbers else None


def missing_fact(criteria: Sequence[CriterionAssessment]) -> dict[str, Any] | None:
    """The fact worth most among the undecided criteria, necessary ones first; ``None`` where nothing is missing.

    Worth is the width that one known member takes off the interval H − L; where few members would decide a
    criterion, it comes first. A comparison without a comparison group needs a member stated to be without.
    """
    open_ = [item for item in criteria if item.outcome in (Outcome.CANT_TELL, Outcome.UNTESTED) and _unknown(item)]
    if not open_:
        return None
    ranked = sorted(
        open_,
        key=lambda item: (
            not item.criterion.necessary,
            item.criterion.quantifier == "difference",
            _steps(item) or 10**6,
            item.criterion.id,
        ),
    )
    chosen = ranked[0]
    member = max(_unknown(chosen), key=lambda item: (_seen(item, criteria), item.member.label))
    if chosen.criterion.quantifier == "difference":
        effect = "a statement that it was without would open the comparison, which no number of further cases does"
        return _told(chosen, member, None, effect)
    steps = _steps(chosen)
    width = 1 / chosen.tally.n if chosen.tally.n else None
    alone = _alone(chosen)
    text = (
        "one member alone decides it"
        if alone
        else f"{steps} such facts, all one way, decide it"
        if steps and steps > 1
        else "one such fact can decide it"
        if steps
        else "no number of such facts decides it at this threshold"
    )
    return _told(chosen, member, width, text)


def _seen(item: MemberResult, criteria: Sequence[CriterionAssessment]) -> int:
    """In how many other criteria the member is unknown too: one well-documented firm helps them all."""
    return sum(any(other.member.iri == item.member.iri for other in _unknown(found)) for found in criteria)


def _alone(found: CriterionAssessment) -> bool:
    criterion, count = found.criterion, found.tally
    if criterion.quantifier == "all" or not count.unknown:
        return criterion.quantifier == "all" and count.unknown == 1
    turned = (
        replace(count, yes=count.yes + 1, unknown=count.unknown - 1),
        replace(count, no=count.no + 1, unknown=count.unknown - 1),
    )
    outcomes = {decide(one, criterion.quantifier, criterion.threshold) for one in turned}
    return bool(outcomes & {Outcome.PASSED, Outcome.FAILED})


def _told(chosen: CriterionAssessment, member: MemberResult, width: float | None, text: str) -> dict[str, Any]:
    return {
        "criterion": chosen.criterion.id,
        "title": chosen.criterion.title,
        "member": {"iri": member.member.iri, "label": member.member.label},
        "narrows_by": width,
        "effect": text,
        "alike": sum(1 for _ in _unknown(chosen)),
    }
