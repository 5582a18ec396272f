"""The choices under which a verdict is tried again, in words: populations, and what each number of a grid means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def population(name: str) -> str:
    """The label of the population *name*; the name in words where the definitions do not hold it."""
    from biokg.hypotheses import project_definitions

    found = project_definitions().populations.get(name)
    return found.label if found else name.replace("-", " ")


def numbered(sub_claim: str) -> list[dict[str, Any]]:
    """For each criterion of *sub_claim* what the numbers 1, 2, 3 … of its rules and thresholds stand for."""
    from biokg.hypotheses import project_definitions
    from biokg.hypotheses.scenarios import axes

    held = project_definitions()
    return [
        {
            "title": criterion.title,
            "rules": [held.rules[name].label for name in criterion.rules],
            "thresholds": thresholds(criterion.quantifier, axes(criterion, ()).thresholds),
        }
        for criterion in held.criteria_of(sub_claim)
    ]


def thresholds(quantifier: str, steps: Sequence[float]) -> list[str]:
    """The thresholds of a criterion as people write them, in the order of the grid.

    >>> thresholds("most", [0.5, 0.75])
    ['more than 50 %', 'more than 75 %']
    >>> thresholds("difference", [0.0, 0.1])
    ['a difference above 0 points', 'a difference above 10 points']
    >>> thresholds("at-least", [3.0])
    ['at least 3']
    >>> thresholds("all", [1.0, 2.0])
    ['1 or more for each', '2 or more for each']
    """
    words = {
        "most": lambda step: f"more than {round(100 * step)} %",
        "difference": lambda step: f"a difference above {round(100 * step)} points",
        "all": lambda step: f"{step:g} or more for each",
    }
    return [words.get(quantifier, lambda step: f"at least {step:g}")(step) for step in steps]
