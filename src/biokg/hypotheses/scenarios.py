"""One criterion over every scenario at once: states as arrays, tallies as products, no query asked again.

A scenario is the data as they are, the data without one document, the data without one firm, or the data with
one unknown member resolved. Codes: 0 no, 1 yes, 2 unknown (disputed included).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biokg.hypotheses.counting import Outcome, State, decide_difference, difference
from biokg.hypotheses.extraction import Fact, Member, in_period, state
from biokg.terms import entity

if TYPE_CHECKING:
    from biokg.hypotheses.answers import Answers
    from biokg.hypotheses.definitions import Criterion

Codes = npt.NDArray[np.int8]
Mask = npt.NDArray[np.int64]

NO, YES, UNKNOWN = 0, 1, 2
CODE = {State.NO: NO, State.YES: YES, State.UNKNOWN: UNKNOWN, State.DISPUTED: UNKNOWN}
STATE = {NO: State.NO, YES: State.YES, UNKNOWN: State.UNKNOWN}
OUTCOMES = (Outcome.UNTESTED, Outcome.CANT_TELL, Outcome.FAILED, Outcome.PASSED)
"""Outcomes in the order of their codes."""


@dataclass(frozen=True)
class Scenarios:
    """Which documents and firms are left out one at a time. Index 0 is the data as they are."""

    documents: tuple[str, ...]
    firms: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of scenarios."""
        return 1 + len(self.documents) + len(self.firms)


@dataclass(frozen=True)
class Axes:
    """The grid of one criterion: populations, rules, thresholds (or numbers of facts) and as-of years."""

    populations: tuple[str, ...]
    rules: tuple[str, ...]
    thresholds: tuple[float, ...]
    as_of: tuple[int | None, ...]


def axes(criterion: Criterion, as_of: Sequence[int | None]) -> Axes:
    """The axes of a criterion; where ``all`` counts facts per member, their number takes the threshold's place."""
    by_facts = criterion.quantifier == "all"
    thresholds = tuple(float(value) for value in criterion.at_least_range) if by_facts else criterion.threshold_range
    return Axes(criterion.populations, criterion.rules, thresholds, tuple(as_of))


class CriterionArrays:
    """The members and facts of one criterion in one view, ready to be counted under any scenario."""

    def __init__(self, criterion: Criterion, answers: Answers) -> None:
        self.criterion = criterion
        self.answers = answers
        definitions = answers.definitions
        belonging = [answers.members(definitions.populations[name]) for name in criterion.populations]
        found = {m.iri: m for group in belonging for m in (*group.certain, *group.possible)}
        self.members: tuple[Member, ...] = tuple(found[iri] for iri in sorted(found))
        index = {member.iri: number for number, member in enumerate(self.members)}
        self.certain = np.zeros((len(belonging), len(self.members)), dtype=np.int64)
        self.possible = np.zeros_like(self.certain)
        for row, group in enumerate(belonging):
            self.certain[row, [index[member.iri] for member in group.certain]] = 1
            self.possible[row, [index[member.iri] for member in group.possible]] = 1

    def documents(self) -> set[str]:
        """Every document that a fact of these members rests on alone."""
        queries = [self.criterion.query, *([self.criterion.exposure_query] if self.criterion.exposure_query else [])]
        found: set[str] = set()
        for query in queries:
            facts = self.answers.facts(query)
            for member in self.members:
                found |= {next(iter(f.documents)) for f in facts.get(member.iri, []) if len(f.documents) == 1}
        return found

    def firms(self) -> set[str]:
        """Every firm that can be left out: the members, or the firms the members belong to."""
        if self.criterion.member == "firm":
            return {member.iri for member in self.members}
        return {entity("organization", row["firm"]) for member in self.members for row in member.rows if "firm" in row}

    def _left(self, scenarios: Scenarios) -> list[npt.NDArray[np.int64]]:
        """For each firm of *scenarios*, the members that go with it."""
        by_itself = self.criterion.member == "firm"
        owners = [
            {member.iri} if by_itself else {entity("organization", row.get("firm", "")) for row in member.rows}
            for member in self.members
        ]
        return [
            np.array([number for number, own in enumerate(owners) if own == {firm}], dtype=np.int64)
            for firm in scenarios.firms
        ]

    def states(self, query: str, rule: str, until: int | None, at_least: int, scenarios: Scenarios) -> Codes:
        """Codes by scenario (as the data are, then one document less each) and member."""
        chosen = self.answers.definitions.rules[rule]
        facts = self.answers.facts(query)
        base = np.full(len(self.members), UNKNOWN, dtype=np.int8)
        changes: dict[str, list[tuple[int, int]]] = {}
        for number, member in enumerate(self.members):
            rows = [fact for fact in facts.get(member.iri, []) if self._within(fact, until)]
            base[number] = CODE[state(rows, chosen, at_least)]
            for document in {next(iter(fact.documents)) for fact in rows if len(fact.documents) == 1}:
                code = CODE[state([fact for fact in rows if fact.without(document)], chosen, at_least)]
                if code != base[number]:
                    changes.setdefault(document, []).append((number, code))
        table = np.tile(base, (1 + len(scenarios.documents), 1))
        for row, document in enumerate(scenarios.documents, start=1):
            for number, code in changes.get(document, ()):
                table[row, number] = code
        return table

    def _within(self, fact: Fact, until: int | None) -> bool:
        limits = [year for year in (self.criterion.until, until) if year is not None]
        last = min(limits) if limits else None
        return in_period(fact, self.criterion.after, last, early_view=self.answers.early)

    def outcomes(self, grid: Axes, scenarios: Scenarios) -> Codes:
        """Outcome codes by population, rule, threshold, as-of year and scenario."""
        shape = (len(grid.populations), len(grid.rules), len(grid.thresholds), len(grid.as_of), scenarios.size)
        found = np.zeros(shape, dtype=np.int8)
        left = self._left(scenarios)
        for rule in range(len(grid.rules)):
            for when, until in enumerate(grid.as_of):
                found[:, rule, :, when, :] = self._slice(grid, rule, until, scenarios, left)
        return found

    def _slice(
        self, grid: Axes, rule: int, until: int | None, scenarios: Scenarios, left: list[npt.NDArray[np.int64]]
    ) -> Codes:
        criterion = self.criterion
        if criterion.quantifier == "difference":
            return self._differences(grid, rule, until, scenarios, left)
        if criterion.quantifier == "all":
            layers = [
                self._counted(
                    self.states(criterion.query, grid.rules[rule], until, int(needed), scenarios), left, np.array([1.0])
                )
                for needed in grid.thresholds
            ]
            return np.concatenate(layers, axis=1)
        codes = self.states(criterion.query, grid.rules[rule], until, criterion.at_least, scenarios)
        return self._counted(codes, left, np.array(grid.thresholds))

    def _counted(self, codes: Codes, left: list[npt.NDArray[np.int64]], thresholds: npt.NDArray[np.float64]) -> Codes:
        """Outcome codes by population, threshold and scenario for a counting quantifier."""
        yes, no, unknown = ((codes == code).astype(np.int64) for code in (YES, NO, UNKNOWN))
        counts = np.stack([part @ mask.T for mask in (self.certain, self.possible) for part in (yes, no, unknown)])
        if left:
            counts = np.concatenate([counts, self._without_firms(codes[0], left, counts[:, 0, :])], axis=1)
        return decide_codes(counts, self.criterion.quantifier, thresholds)

    def _without_firms(self, base: Codes, left: list[npt.NDArray[np.int64]], counts: Mask) -> Mask:
        gone = np.zeros((6, len(left), self.certain.shape[0]), dtype=np.int64)
        for row, numbers in enumerate(left):
            for offset, mask in ((0, self.certain), (3, self.possible)):
                for place, code in enumerate((YES, NO, UNKNOWN)):
                    chosen = numbers[base[numbers] == code]
                    gone[offset + place, row] = mask[:, chosen].sum(axis=1)
        return counts[:, None, :] - gone

    def _differences(
        self, grid: Axes, rule: int, until: int | None, scenarios: Scenarios, left: list[npt.NDArray[np.int64]]
    ) -> Codes:
        criterion = self.criterion
        exposures = criterion.exposure_rules
        exposed = self.states(
            criterion.exposure_query or "", exposures[min(rule, len(exposures) - 1)], until, 1, scenarios
        )
        outcome = self.states(criterion.query, grid.rules[rule], until, criterion.at_least, scenarios)
        found = np.zeros((len(grid.populations), len(grid.thresholds), scenarios.size), dtype=np.int8)
        everyone = np.arange(len(self.members))
        for scenario in range(scenarios.size):
            row = scenario if scenario <= len(scenarios.documents) else 0
            kept = (
                everyone if row == scenario else np.setdiff1d(everyone, left[scenario - 1 - len(scenarios.documents)])
            )
            for place in range(len(grid.populations)):
                found[place, :, scenario] = self._difference(exposed[row], outcome[row], place, kept, grid.thresholds)
        return found

    def _difference(
        self, exposed: Codes, outcome: Codes, place: int, kept: npt.NDArray[np.int64], thresholds: Sequence[float]
    ) -> list[int]:
        sure, open_ = (
            [(STATE[int(exposed[n])], STATE[int(outcome[n])]) for n in kept if mask[place, n]]
            for mask in (self.certain, self.possible)
        )
        if not any(pair[0] is State.NO for pair in sure):
            return [0] * len(thresholds)
        result = difference(sure, open_)
        comparable = self.answers.definitions.comparable_coverage
        return [OUTCOMES.index(decide_difference(result, threshold, comparable)) for threshold in thresholds]


def decide_codes(counts: Mask, quantifier: str, thresholds: npt.NDArray[np.float64]) -> Codes:
    """The array form of :func:`biokg.hypotheses.counting.decide`.

    *counts* holds yes, no, unknown of certain and then of possible members by scenario and population; the
    answer holds outcome codes by population, threshold and scenario.
    """
    yes, no, unknown, open_yes, open_no, open_unknown = (part.T[:, None, :] for part in counts)
    size = yes + no + unknown
    limit = thresholds[None, :, None]
    if quantifier == "most":
        with np.errstate(divide="ignore", invalid="ignore"):
            low = yes / (size + open_no + open_unknown)
            high = (yes + unknown + open_yes + open_unknown) / (size + open_yes + open_unknown)
            passed, failed = low > limit, high <= limit
    elif quantifier == "all":
        shape = np.broadcast_shapes(yes.shape, limit.shape)
        passed = np.broadcast_to((yes == size) & (open_no + open_unknown == 0), shape)
        failed = np.broadcast_to(no > 0, shape)
    else:
        needed = np.ones_like(limit) if quantifier == "some" else limit
        passed, failed = yes >= needed, yes + unknown + open_yes + open_unknown < needed
    codes = np.where(passed, 3, np.where(failed, 2, 1))
    return np.where(yes + no == 0, 0, codes).astype(np.int8)
