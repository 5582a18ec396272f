"""Verdicts of sub-claims and hypotheses from the outcomes of criteria. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from biokg.hypotheses.counting import Outcome


class Verdict(StrEnum):
    """The four verdicts."""

    SUPPORTED = "supported"
    PARTIAL = "partially-supported"
    CONTRADICTED = "contradicted"
    INSUFFICIENT = "insufficient-data"

    @property
    def label(self) -> str:
        """The verdict in words."""
        return self.value.replace("-", " ")


LEVELS = ("descriptive", "associational", "causal")
"""Design levels from weak to strong."""

NEEDED = {
    "existence": "descriptive",
    "descriptive": "descriptive",
    "forecast": "descriptive",
    "comparative": "associational",
    "associational": "associational",
    "causal": "causal",
}
"""The design level that each kind of claim needs."""


@dataclass(frozen=True)
class CriterionResult:
    """As much of a criterion as a verdict needs."""

    outcome: Outcome
    necessary: bool
    design_level: str


@dataclass(frozen=True)
class Decision:
    """A verdict and the one sentence that says why."""

    verdict: Verdict
    why: str


def design_needed(kinds: Sequence[str]) -> str:
    """The design level that the strongest of *kinds* needs."""
    return max((NEEDED[kind] for kind in kinds), key=LEVELS.index)


def design_reached(results: Sequence[CriterionResult]) -> str | None:
    """The highest design level among passed criteria, ``None`` where none passed."""
    passed = [result.design_level for result in results if result.outcome is Outcome.PASSED]
    return max(passed, key=LEVELS.index) if passed else None


def decide_sub_claim(results: Sequence[CriterionResult], kinds: Sequence[str], unanswered: int) -> Decision:
    """The verdict of a sub-claim; *unanswered* counts counter-evidence of moderate or strong weight left unanswered.

    *contradicted*: a necessary criterion failed. *supported*: all necessary criteria passed, the design level
    reaches the claim's kind, nothing unanswered. *partially supported*: something passed. Else *insufficient*.
    """
    necessary = [result for result in results if result.necessary]
    if any(result.outcome is Outcome.FAILED for result in necessary):
        return Decision(Verdict.CONTRADICTED, "a necessary criterion failed")
    reached = design_reached(results)
    if reached is None:
        decided = any(result.outcome is Outcome.FAILED for result in results)
        why = "no criterion passed and no necessary one is decided" if decided else "no criterion could be decided"
        return Decision(Verdict.INSUFFICIENT, why)
    open_ = sum(result.outcome is not Outcome.PASSED for result in necessary)
    if not necessary or open_:
        return Decision(
            Verdict.PARTIAL,
            f"some criteria passed, but {open_} necessary {'one' if open_ == 1 else 'ones'} could not be decided",
        )
    needed = design_needed(kinds)
    if LEVELS.index(reached) < LEVELS.index(needed):
        return Decision(Verdict.PARTIAL, f"all necessary criteria passed, but on {reached} data; the claim is {needed}")
    if unanswered:
        return Decision(
            Verdict.PARTIAL,
            f"all necessary criteria passed, but {unanswered} {'line' if unanswered == 1 else 'lines'} of "
            f"counter-evidence {'is' if unanswered == 1 else 'are'} not answered",
        )
    return Decision(Verdict.SUPPORTED, "all necessary criteria passed and no counter-evidence of weight is unanswered")


def decide_hypothesis(parts: Sequence[tuple[Verdict, bool]]) -> Decision:
    """The verdict of a hypothesis from (verdict, necessary) of its sub-claims.

    *supported* only if all its sub-claims are, *contradicted* if any necessary one is, *insufficient data* if
    none is decided, else *partially supported*.
    """
    if any(verdict is Verdict.CONTRADICTED and necessary for verdict, necessary in parts):
        return Decision(Verdict.CONTRADICTED, "a necessary sub-claim is contradicted")
    verdicts = [verdict for verdict, _ in parts]
    if parts and all(verdict is Verdict.SUPPORTED for verdict in verdicts):
        return Decision(Verdict.SUPPORTED, "every sub-claim is supported")
    if all(verdict is Verdict.INSUFFICIENT for verdict in verdicts):
        return Decision(Verdict.INSUFFICIENT, "no sub-claim could be decided")
    return Decision(Verdict.PARTIAL, "not every sub-claim is supported and no necessary one is contradicted")
