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

from biokg.hypotheses.counting import Outcome, Pair, State, decide_difference, difference
from biokg.hypotheses.extraction import Fact, Member, Standing, in_period, state
from biokg.terms import entity

if TYPE_CHECKING:
    from biokg.hypotheses.answers import Answers
    from biokg.hypotheses.definitions import Criterion

Codes = npt.NDArray[np.int8]
Mask = npt.NDArray[np.int64]
Shifts = npt.NDArray[np.int64]
"""Rows of scenario, population, member, and how much it then belongs more or less, for sure and perhaps."""

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


@dataclass(frozen=True)
class Without:
    """What leaving something out does to who belongs: the members that go with a firm, and the shifts by document."""

    firms: list[npt.NDArray[np.int64]]
    shifts: Shifts


class CriterionArrays:
    """The members and facts of one criterion in one view, ready to be counted under any scenario."""

    def __init__(self, criterion: Criterion, answers: Answers) -> None:
        self.criterion = criterion
        self.answers = answers
        populations = [answers.definitions.populations[name] for name in criterion.populations]
        belonging = [answers.members(population) for population in populations]
        self._moves = [answers.shifts(population) for population in populations]
        found = {m.iri: m for group in belonging for m in (*group.certain, *group.possible)}
        if any(self._moves):
            coming = {iri for moves in self._moves for moved in moves.values() for iri in moved}
            found |= {m.iri: m for name in populations for m in answers.register(name.query) if m.iri in coming}
        self.members: tuple[Member, ...] = tuple(found[iri] for iri in sorted(found))
        self._index = {member.iri: number for number, member in enumerate(self.members)}
        self.certain = np.zeros((len(belonging), len(self.members)), dtype=np.int64)
        self.possible = np.zeros_like(self.certain)
        for row, group in enumerate(belonging):
            self.certain[row, [self._index[member.iri] for member in group.certain]] = 1
            self.possible[row, [self._index[member.iri] for member in group.possible]] = 1

    def documents(self) -> set[str]:
        """Every document that a fact of these members, or their belonging, rests on alone."""
        queries = [self.criterion.query, *([self.criterion.exposure_query] if self.criterion.exposure_query else [])]
        found = {document for moves in self._moves for document in moves}
        for query in queries:
            facts = self.answers.facts(query)
            for member in self.members:
                found |= {document for fact in facts.get(member.iri, []) for document in fact.alone}
        return found

    def _shifts(self, scenarios: Scenarios) -> Shifts:
        """Who comes to belong, or no longer does, without a document."""
        rows = []
        for scenario, document in enumerate(scenarios.documents, start=1):
            for place, moves in enumerate(self._moves):
                for iri, standing in moves.get(document, {}).items():
                    number = self._index[iri]
                    sure = int(standing is Standing.CERTAIN) - int(self.certain[place, number])
                    open_ = int(standing is Standing.POSSIBLE) - int(self.possible[place, number])
                    rows.append((scenario, place, number, sure, open_))
        return np.array(rows, dtype=np.int64).reshape(-1, 5)

    def _masks(self, scenario: int, shifts: Shifts) -> tuple[Mask, Mask]:
        """Who belongs for sure, and who perhaps, in one scenario."""
        own = shifts[shifts[:, 0] == scenario]
        if not own.size:
            return self.certain, self.possible
        certain, possible = self.certain.copy(), self.possible.copy()
        certain[own[:, 1], own[:, 2]] += own[:, 3]
        possible[own[:, 1], own[:, 2]] += own[:, 4]
        return certain, possible

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
            for document in {document for fact in rows for document in fact.alone}:
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
        left, shifts = self._left(scenarios), self._shifts(scenarios)
        for rule in range(len(grid.rules)):
            for when, until in enumerate(grid.as_of):
                found[:, rule, :, when, :] = self._slice(grid, rule, until, scenarios, Without(left, shifts))
        return found

    def _slice(self, grid: Axes, rule: int, until: int | None, scenarios: Scenarios, without: Without) -> Codes:
        criterion = self.criterion
        if criterion.quantifier == "difference":
            return self._differences(grid, rule, until, scenarios, without)
        if criterion.quantifier == "all":
            layers = [
                self._counted(
                    self.states(criterion.query, grid.rules[rule], until, int(needed), scenarios),
                    without,
                    np.array([1.0]),
                )
                for needed in grid.thresholds
            ]
            return np.concatenate(layers, axis=1)
        codes = self.states(criterion.query, grid.rules[rule], until, criterion.at_least, scenarios)
        return self._counted(codes, without, np.array(grid.thresholds))

    def _counted(self, codes: Codes, without: Without, thresholds: npt.NDArray[np.float64]) -> Codes:
        """Outcome codes by population, threshold and scenario for a counting quantifier."""
        states = [(codes == code).astype(np.int64) for code in (YES, NO, UNKNOWN)]
        counts = np.stack([part @ mask.T for mask in (self.certain, self.possible) for part in states])
        scenario, place, number, sure, open_ = without.shifts.T
        for row, part in enumerate(states):
            for offset, change in ((0, sure), (3, open_)):
                np.add.at(counts[row + offset], (scenario, place), part[scenario, number] * change)
        if without.firms:
            counts = np.concatenate([counts, self._without_firms(codes[0], without.firms, counts[:, 0, :])], axis=1)
        return decide_codes(counts, self.criterion.quantifier, thresholds)

    def _without_firms(self, base: Codes, left: list[npt.NDArray[np.int64]], counts: Mask) -> Mask:
        gone = np.zeros((6, len(left), self.certain.shape[0]), dtype=np.int64)
        for row, numbers in enumerate(left):
            for offset, mask in ((0, self.certain), (3, self.possible)):
                for place, code in enumerate((YES, NO, UNKNOWN)):
                    chosen = numbers[base[numbers] == code]
                    gone[offset + place, row] = mask[:, chosen].sum(axis=1)
        return counts[:, None, :] - gone

    def _differences(self, grid: Axes, rule: int, until: int | None, scenarios: Scenarios, without: Without) -> Codes:
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
            gone = without.firms[scenario - 1 - len(scenarios.documents)] if row != scenario else everyone[:0]
            kept, masks = np.setdiff1d(everyone, gone), self._masks(scenario, without.shifts)
            for place in range(len(grid.populations)):
                if ((exposed[row] == NO) & (masks[0][place] == 1))[kept].any():
                    pairs = _pairs(exposed[row], outcome[row], kept, [mask[place] for mask in masks])
                    found[place, :, scenario] = self._difference(*pairs, grid.thresholds)
        return found

    def _difference(self, sure: list[Pair], open_: list[Pair], thresholds: Sequence[float]) -> list[int]:
        result = difference(sure, open_)
        comparable = self.answers.definitions.comparable_coverage
        return [OUTCOMES.index(decide_difference(result, threshold, comparable)) for threshold in thresholds]


def _pairs(
    exposed: Codes, outcome: Codes, kept: npt.NDArray[np.int64], masks: Sequence[npt.NDArray[np.int64]]
) -> tuple[list[Pair], list[Pair]]:
    """Exposure and outcome of the members who belong for sure, and of those who perhaps do."""
    sure, open_ = ([(STATE[int(exposed[n])], STATE[int(outcome[n])]) for n in kept if mask[n]] for mask in masks)
    return sure, open_


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
