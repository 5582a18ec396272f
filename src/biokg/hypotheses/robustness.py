"""How far a verdict depends on choices and on single sources: the whole grid, computed on extracted arrays.

Every sub-claim is decided in each cell of threshold × classification rule × population × as-of date, and in
each cell again without each document and without each firm. The share of cells that keep the verdict is not a
probability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from biokg.hypotheses.counting import Outcome
from biokg.hypotheses.evidence import EvidenceLine, answered, unanswered
from biokg.hypotheses.extraction import last_segment
from biokg.hypotheses.scenarios import OUTCOMES, Axes, Codes, CriterionArrays, Scenarios, axes
from biokg.hypotheses.verdict import CriterionResult, Verdict, decide_hypothesis, decide_sub_claim
from biokg.hypotheses.worth import missing_fact

if TYPE_CHECKING:
    from biokg.hypotheses.assessment import HypothesisAssessment, SubClaimAssessment, ViewAssessment
    from biokg.hypotheses.definitions import Criterion, Weights

VERDICTS = tuple(Verdict)
NOTE = "The share of cells that keep the verdict is not a probability: the choices are not draws."


@dataclass(frozen=True)
class Grid:
    """The joint axes of a sub-claim; a criterion without a choice on an axis keeps its own default or last one."""

    populations: tuple[str, ...]
    rules: int
    thresholds: int
    as_of: tuple[int | None, ...]

    def cells(self) -> list[tuple[int, int, int, int]]:
        """Every cell as indices on the four axes."""
        places, rules, steps, times = (range(size) for size in self.shape)
        return list(product(places, rules, steps, times))

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Sizes of the four axes."""
        return (len(self.populations), self.rules, self.thresholds, len(self.as_of))


@dataclass(frozen=True)
class SubClaimRobustness:
    """Verdict codes of a sub-claim by cell and scenario, and what is behind them."""

    part: SubClaimAssessment
    grid: Grid
    scenarios: Scenarios
    verdicts: Codes
    arrays: tuple[CriterionArrays, ...]
    outcomes: tuple[Codes, ...]

    @property
    def base(self) -> Verdict:
        """The verdict at the defaults."""
        return self.part.decision.verdict

    @property
    def kept(self) -> int:
        """Number of cells with the verdict of the defaults."""
        return int((self.verdicts[..., 0] == VERDICTS.index(self.base)).sum())


def _joint(criteria: Sequence[Criterion], as_of: Sequence[int | None]) -> Grid:
    populations: dict[str, None] = {}
    for criterion in criteria:
        populations |= dict.fromkeys(criterion.populations)
    every = [axes(criterion, as_of) for criterion in criteria]
    return Grid(
        tuple(populations),
        max(len(one.rules) for one in every),
        max(len(one.thresholds) for one in every),
        tuple(as_of),
    )


def _default_threshold(criterion: Criterion, own: Axes) -> int:
    default = float(criterion.at_least) if criterion.quantifier == "all" else criterion.threshold
    return own.thresholds.index(default) if default in own.thresholds else 0


def _spread(codes: Codes, criterion: Criterion, own: Axes, grid: Grid) -> Codes:
    """The outcomes of one criterion on the joint axes."""
    places = [own.populations.index(name) if name in own.populations else 0 for name in grid.populations]
    rules = [min(index, len(own.rules) - 1) for index in range(grid.rules)]
    single = len(own.thresholds) == 1
    steps = [0 if single else min(index, len(own.thresholds) - 1) for index in range(grid.thresholds)]
    return codes[np.ix_(places, rules, steps, range(len(own.as_of)), range(codes.shape[-1]))]


def _table(part: SubClaimAssessment) -> Codes:
    """Verdict codes by unanswered (0, 1) and by outcome codes of the criteria read as one number to base four."""
    criteria = [found.criterion for found in part.criteria]
    table = np.zeros((2, 4 ** len(criteria)), dtype=np.int8)
    for number, outcomes in enumerate(product(OUTCOMES, repeat=len(criteria))):
        results = [
            CriterionResult(outcome, criterion.necessary, criterion.design_level)
            for outcome, criterion in zip(outcomes, criteria, strict=True)
        ]
        for open_ in (0, 1):
            verdict = decide_sub_claim(results, part.claim.kinds, open_).verdict
            table[open_, number] = VERDICTS.index(verdict)
    return table


def open_counter_evidence(lines: Sequence[EvidenceLine], scenarios: Scenarios, weights: Weights) -> Codes:
    """For each scenario, whether counter-evidence of weight stays unanswered without its document.

    A line that other documents carry too stays, weighed by those alone.
    """
    found = np.full(scenarios.size, int(bool(unanswered(lines))), dtype=np.int8)
    touched = {source.document for line in lines for source in line.sources}
    for number, document in enumerate(scenarios.documents, start=1):
        if document in touched:
            left = [own for line in lines if (own := line.without(document, weights)) is not None]
            found[number] = int(bool(unanswered(answered(left))))
    return found


def sub_claim_robustness(part: SubClaimAssessment, view: ViewAssessment) -> SubClaimRobustness:
    """The grid of a sub-claim in one view, with every leave-one-out at each cell."""
    criteria = [found.criterion for found in part.criteria]
    as_of: list[int | None] = [None, *view.answers.definitions.as_of]
    grid = _joint(criteria, as_of)
    arrays = tuple(CriterionArrays(criterion, view.answers) for criterion in criteria)
    carrying = {source.document for line in part.evidence for source in line.sources}
    documents = carrying.union(*(array.documents() for array in arrays))
    firms: set[str] = set().union(*(array.firms() for array in arrays))
    scenarios = Scenarios(tuple(sorted(documents)), tuple(sorted(firms)))
    outcomes, keys = [], np.zeros((*grid.shape, scenarios.size), dtype=np.int64)
    for criterion, array in zip(criteria, arrays, strict=True):
        own = axes(criterion, as_of)
        codes = array.outcomes(own, scenarios)
        outcomes.append(codes)
        keys = keys * 4 + _spread(codes, criterion, own, grid)
    open_ = open_counter_evidence(part.evidence, scenarios, view.answers.definitions.weights)
    verdicts = _table(part)[open_[None, None, None, None, :], keys]
    return SubClaimRobustness(part, grid, scenarios, verdicts, arrays, tuple(outcomes))


def _cells(found: SubClaimRobustness) -> list[dict[str, Any]]:
    documents = 1 + len(found.scenarios.documents)
    cells = []
    for cell in found.grid.cells():
        row = found.verdicts[cell]
        cells.append(
            {
                "population": found.grid.populations[cell[0]],
                "rule": cell[1],
                "threshold": cell[2],
                "as_of": found.grid.as_of[cell[3]],
                "verdict": VERDICTS[row[0]].value,
                "documents_that_change_it": int((row[1:documents] != row[0]).sum()),
                "firms_that_change_it": int((row[documents:] != row[0]).sum()),
            }
        )
    return cells


def _shares(cells: list[dict[str, Any]], base: str) -> dict[str, dict[str, float]]:
    """For each axis, the share of its cells that keep the verdict."""
    shares: dict[str, dict[str, float]] = {}
    for axis in ("population", "rule", "threshold", "as_of"):
        groups: dict[str, list[bool]] = {}
        for cell in cells:
            groups.setdefault(str(cell[axis]), []).append(cell["verdict"] == base)
        shares[axis] = {name: sum(kept) / len(kept) for name, kept in groups.items()}
    return shares


def _changing(found: SubClaimRobustness) -> dict[str, list[dict[str, Any]]]:
    """Documents and firms without which the verdict changes in some cell, the widest effect first."""
    base = found.verdicts[..., :1]
    effect = (found.verdicts != base).reshape(-1, found.scenarios.size).sum(axis=0)
    documents, firms = found.scenarios.documents, found.scenarios.firms
    changed: dict[str, list[dict[str, Any]]] = {"documents": [], "firms": []}
    for number, address in enumerate((*documents, *firms), start=1):
        if effect[number]:
            kind = "documents" if number <= len(documents) else "firms"
            changed[kind].append({"iri": address, "cells": int(effect[number])})
    return {kind: sorted(rows, key=lambda row: (-row["cells"], row["iri"])) for kind, rows in changed.items()}


def _criterion(found: SubClaimRobustness, number: int) -> dict[str, Any]:
    array, codes = found.arrays[number], found.outcomes[number]
    own = axes(array.criterion, found.grid.as_of)
    cells = [
        {
            "population": own.populations[p],
            "rule": own.rules[r],
            "threshold": own.thresholds[t],
            "as_of": own.as_of[a],
            "outcome": OUTCOMES[codes[p, r, t, a, 0]].value,
        }
        for p, r, t, a in product(*(range(size) for size in codes.shape[:4]))
    ]
    counts = Counter(cell["outcome"] for cell in cells)
    return {
        "id": array.criterion.id,
        "cells": len(cells),
        "outcomes": {outcome.value: counts.get(outcome.value, 0) for outcome in Outcome},
        "grid": cells,
    }


def robustness_dict(found: SubClaimRobustness) -> dict[str, Any]:
    """Plain values: cells kept, shares by axis, single sources and firms that change the verdict, the missing fact."""
    cells = _cells(found)
    return {
        "sub_claim": found.part.claim.id,
        "verdict": found.base.value,
        "cells": len(cells),
        "kept": found.kept,
        "share_kept": found.kept / len(cells),
        "note": NOTE,
        "verdicts": dict(Counter(cell["verdict"] for cell in cells)),
        "by_axis": _shares(cells, found.base.value),
        "left_out": {"documents": len(found.scenarios.documents), "firms": len(found.scenarios.firms)},
        "changing": _changing(found),
        "rules": {
            array.criterion.id: [array.answers.definitions.rules[name].label for name in array.criterion.rules]
            for array in found.arrays
        },
        "flips": [
            {"criterion": item.criterion.id, "outcome": item.outcome.value, "flip": item.flip}
            for item in found.part.criteria
            if item.flip
        ],
        "missing_fact": missing_fact(found.part.criteria),
        "criteria": [_criterion(found, number) for number in range(len(found.arrays))],
        "grid": cells,
    }


def hypothesis_cells(parts: Sequence[SubClaimRobustness]) -> Counter[str]:
    """Verdicts of the whole hypothesis over the joint axes of its sub-claims."""
    populations = tuple(dict.fromkeys(name for part in parts for name in part.grid.populations))
    rules, steps = (max(part.grid.rules for part in parts), max(part.grid.thresholds for part in parts))
    counted: Counter[str] = Counter()
    for place in populations:
        for rule, step, when in product(range(rules), range(steps), range(len(parts[0].grid.as_of))):
            verdicts = [(_at(part, place, rule, step, when), part.part.claim.necessary) for part in parts]
            counted[decide_hypothesis(verdicts).verdict.value] += 1
    return counted


def _at(part: SubClaimRobustness, population: str, rule: int, step: int, when: int) -> Verdict:
    own = part.grid
    place = own.populations.index(population) if population in own.populations else 0
    code = int(part.verdicts[place, min(rule, own.rules - 1), min(step, own.thresholds - 1), when, 0])
    return VERDICTS[code]


def robustness(assessment: HypothesisAssessment) -> dict[str, Any]:
    """The robustness of one hypothesis in every view that was assessed."""
    views = []
    for view in assessment.views:
        parts = [sub_claim_robustness(part, view) for part in view.sub_claims]
        counted = hypothesis_cells(parts)
        views.append(
            {
                "view": view.view,
                "verdict": view.decision.verdict.value,
                "cells": sum(counted.values()),
                "kept": counted[view.decision.verdict.value],
                "verdicts": dict(counted),
                "note": NOTE,
                "sub_claims": [robustness_dict(part) for part in parts],
            }
        )
    return {"id": assessment.id, "views": views, "documents": _names(views)}


def _names(views: list[dict[str, Any]]) -> dict[str, str]:
    """Short names of the documents and firms that change something."""
    found = {
        row["iri"]
        for view in views
        for part in view["sub_claims"]
        for rows in part["changing"].values()
        for row in rows
    }
    return {address: last_segment(address) for address in sorted(found)}
