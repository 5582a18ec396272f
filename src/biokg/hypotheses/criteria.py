"""One criterion in one view: counted, decided, and told with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from biokg.hypotheses.counting import (
    Difference,
    Outcome,
    State,
    Tally,
    decide,
    decide_difference,
    difference,
    needed_no,
    needed_unknowns,
    tally,
)
from biokg.hypotheses.extraction import Fact, Member, counted, fits
from biokg.queries import find
from biokg.queries.table import plain
from biokg.terms import entity

if TYPE_CHECKING:
    from biokg.hypotheses.answers import Answers
    from biokg.hypotheses.definitions import Criterion, Definitions

_WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.CANT_TELL: "can’t tell",
    Outcome.UNTESTED: "untested",
}


@dataclass(frozen=True)
class MemberResult:
    """One member: its state, the facts behind it, and for a comparison its exposure."""

    member: Member
    certain: bool
    state: State
    facts: tuple[Fact, ...]
    exposure: State | None = None


@dataclass(frozen=True)
class CriterionAssessment:
    """A criterion decided in one view with its default population, rule and threshold."""

    criterion: Criterion
    outcome: Outcome
    why: str
    flip: str
    tally: Tally
    difference: Difference | None
    members: tuple[MemberResult, ...]

    @property
    def low(self) -> float | None:
        """L: certain share, or lower end of the difference."""
        return self.tally.low if self.difference is None else self.difference.low

    @property
    def high(self) -> float | None:
        """H: possible share, or upper end of the difference."""
        return self.tally.high if self.difference is None else self.difference.high


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def why_of(criterion: Criterion, outcome: Outcome, count: Tally) -> str:
    """One sentence on the outcome of a counted criterion."""
    if outcome is Outcome.UNTESTED:
        return "no sourced fact decides any member" if count.n else "the population is empty in this view"
    numbers = f"{count.yes} of {count.n} known to, {count.no} known not to, {count.unknown} unknown"
    if criterion.quantifier == "most":
        span = f"{_percent(count.low)} certain, {_percent(count.high)} possible"
        return f"{numbers}: {span}; most means more than {_percent(criterion.threshold)}"
    if criterion.quantifier == "all":
        return f"{numbers}; all of them are needed"
    return f"{numbers}; at least {criterion.threshold:.0f} are needed"


def why_difference(criterion: Criterion, outcome: Outcome, found: Difference, comparable: float) -> str:
    """One sentence on the outcome of a comparison."""
    groups = f"{found.exposed.n} known to be exposed, {found.unexposed.n} known not to be"
    if found.low is None or found.high is None:
        return f"{groups}, {found.unknown_exposure} unknown: nobody to compare with"
    if outcome is Outcome.UNTESTED:
        return f"{groups}: no outcome is known in one of the groups"
    gap = found.coverage_gap
    if gap is not None and gap > comparable:
        shares = f"{_percent(found.exposed.coverage)} and {_percent(found.unexposed.coverage)}"
        return f"{groups}: not comparable, outcomes are known for {shares} of them"
    span = f"the difference lies between {100 * found.low:+.0f} and {100 * found.high:+.0f} points"
    return f"{groups}: {span}; needed is more than {100 * criterion.threshold:+.0f}"


def flip_of(criterion: Criterion, count: Tally) -> str:
    """What the unknown members would have to turn out to be for the outcome to change."""
    members = f"unknown {criterion.member}s" if not criterion.member.endswith("y") else "unknown members"
    if criterion.quantifier == "difference":
        return "needs members that are stated to be without"
    if criterion.quantifier == "all":
        if count.no or not count.unknown:
            return ""
        return f"passes if all {count.unknown} {members} turn out yes, fails with the first no"
    needed = needed_unknowns(count, criterion.quantifier, criterion.threshold)
    passes = (
        f"passes if at least {needed} of the {count.unknown} {members} turn out yes"
        if needed
        else "passes whatever the unknown members are"
        if needed == 0
        else "cannot pass on certain members alone"
    )
    failing = needed_no(count, criterion.quantifier, criterion.threshold)
    fails = f"fails if at least {failing} of them turn out no" if failing else ""
    open_ = f"whoever of the {count.possible} open members belongs" if count.possible else ""
    return "; ".join(part for part in (passes, fails, open_) if part)


def assess_criterion(criterion: Criterion, answers: Answers) -> CriterionAssessment:
    """Count and decide *criterion* in the view of *answers*, at its defaults."""
    definitions = answers.definitions
    belonging = answers.members(definitions.populations[criterion.populations[0]])
    results = [
        _member(criterion, answers, member, certain)
        for certain, members in ((True, belonging.certain), (False, belonging.possible))
        for member in members
    ]
    sure = [result for result in results if result.certain]
    open_ = [result for result in results if not result.certain]
    if criterion.quantifier == "difference":
        return _compared(criterion, definitions, sure, open_)
    count = tally((result.state for result in sure), (result.state for result in open_))
    outcome = decide(count, criterion.quantifier, criterion.threshold)
    why, flip = why_of(criterion, outcome, count), flip_of(criterion, count)
    return CriterionAssessment(criterion, outcome, why, flip, count, None, tuple(results))


def _compared(
    criterion: Criterion, definitions: Definitions, sure: list[MemberResult], open_: list[MemberResult]
) -> CriterionAssessment:
    pairs = [(result.exposure or State.UNKNOWN, result.state) for result in sure]
    found = difference(pairs, [(result.exposure or State.UNKNOWN, result.state) for result in open_])
    outcome = decide_difference(found, criterion.threshold, definitions.comparable_coverage)
    count = tally((pair[0] for pair in pairs), (result.exposure or State.UNKNOWN for result in open_))
    why = why_difference(criterion, outcome, found, definitions.comparable_coverage)
    return CriterionAssessment(criterion, outcome, why, flip_of(criterion, count), count, found, (*sure, *open_))


def _member(criterion: Criterion, answers: Answers, member: Member, certain: bool) -> MemberResult:
    state, found = answers.state(criterion.query, criterion.rules[0], member.iri, criterion, criterion.at_least)
    exposure = None
    if criterion.exposure_query is not None:
        exposure, _ = answers.state(criterion.exposure_query, criterion.exposure_rules[0], member.iri, criterion)
    return MemberResult(member, certain, state, found, exposure)


def _query(name: str, answers: Answers | None = None) -> dict[str, Any]:
    canned = find(name)
    return {"name": name, "iri": canned.iri, "sha256": canned.sha256, "title": canned.title}


def _fact(fact: Fact, criterion: Criterion, answers: Answers) -> dict[str, Any]:
    rule = answers.definitions.rules[criterion.rules[0]]
    how = counted(fact, rule)
    settled = fits(fact.row, rule.supersedes)
    return {
        "iri": fact.iri,
        "label": fact.label,
        "codes": dict(fact.row),
        "year": fact.year,
        "state": "yes" if settled else how.value if how else "not counted",
        "sources": [source.to_dict() for source in answers.sources(fact.statements)],
    }


def criterion_dict(found: CriterionAssessment, answers: Answers) -> dict[str, Any]:
    """A criterion as plain values, with the members, the facts and the counter-evidence rows behind it."""
    criterion, definitions = found.criterion, answers.definitions
    population = definitions.populations[criterion.populations[0]]
    rule = definitions.rules[criterion.rules[0]]
    counter = answers.table(criterion.counter_query)
    return {
        "id": criterion.id,
        "iri": entity("criterion", criterion.id),
        "title": criterion.title,
        "reason": criterion.reason,
        "member": criterion.member,
        "population": {"id": population.id, "label": population.label, "reason": population.reason},
        "quantifier": criterion.quantifier,
        "threshold": criterion.threshold,
        "threshold_range": list(criterion.threshold_range),
        "at_least": criterion.at_least,
        "after": criterion.after,
        "until": criterion.until,
        "necessary": criterion.necessary,
        "design_level": criterion.design_level,
        "rule": {"id": rule.id, "label": rule.label, "reason": rule.reason},
        **_numbers(found),
        "outcome": found.outcome.value,
        "outcome_label": _WORDS[found.outcome],
        "why": found.why,
        "flip": found.flip,
        "query": _query(criterion.query),
        "exposure_query": _query(criterion.exposure_query) if criterion.exposure_query else None,
        "counter_query": _query(criterion.counter_query),
        "members": [_member_dict(result, criterion, answers) for result in found.members],
        "counter_rows": {
            "variables": list(counter.variables),
            "rows": [[plain(term) for term in row] for row in counter.rows],
        },
    }


def _numbers(found: CriterionAssessment) -> dict[str, Any]:
    count = found.tally
    return {
        "N": count.n,
        "N_possible": count.possible,
        "Y": count.yes,
        "X": count.no,
        "U": count.unknown,
        "disputed": count.disputed,
        "L": found.low,
        "H": found.high,
        "observed": count.observed,
        "coverage": count.coverage,
        "groups": _groups(found.difference),
    }


def _groups(found: Difference | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        name: {"N": group.n, "Y": group.yes, "X": group.no, "U": group.unknown, "coverage": group.coverage}
        for name, group in (("exposed", found.exposed), ("unexposed", found.unexposed))
    } | {"unknown_exposure": found.unknown_exposure, "coverage_gap": found.coverage_gap}


def _member_dict(result: MemberResult, criterion: Criterion, answers: Answers) -> dict[str, Any]:
    return {
        "iri": result.member.iri,
        "label": result.member.label,
        "state": result.state.value,
        "exposure": result.exposure.value if result.exposure else None,
        "membership": "certain" if result.certain else "possible",
        "facts": [_fact(fact, criterion, answers) for fact in result.facts],
    }
