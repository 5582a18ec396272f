"""Assessing the four hypotheses: from a store to verdicts with everything that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from biokg import __version__
from biokg.hypotheses.answers import Answers, ask_ahead
from biokg.hypotheses.criteria import CriterionAssessment, assess_criterion, criterion_dict
from biokg.hypotheses.definitions import HYPOTHESES, load_definitions
from biokg.hypotheses.evidence import EvidenceLine, bears_on, unanswered
from biokg.hypotheses.extraction import Source, last_segment
from biokg.hypotheses.verdict import (
    CriterionResult,
    Decision,
    decide_hypothesis,
    decide_sub_claim,
    design_needed,
    design_reached,
)
from biokg.queries.run import find_view
from biokg.terms import VIEWS, entity

if TYPE_CHECKING:
    from biokg.hypotheses.definitions import Definitions, SubClaim
    from biokg.store.base import Store

ALL_VIEWS = tuple(VIEWS)


@dataclass(frozen=True)
class SubClaimAssessment:
    """A sub-claim in one view: its verdict, its criteria, and the evidence lines that bear on it."""

    claim: SubClaim
    decision: Decision
    criteria: tuple[CriterionAssessment, ...]
    evidence: tuple[EvidenceLine, ...]

    @property
    def results(self) -> tuple[CriterionResult, ...]:
        """What the verdict was decided from."""
        return tuple(
            CriterionResult(found.outcome, found.criterion.necessary, found.criterion.design_level)
            for found in self.criteria
        )

    def to_dict(self, answers: Answers) -> dict[str, Any]:
        """Plain values."""
        return {
            "id": self.claim.id,
            "iri": entity("sub-claim", self.claim.id),
            "claim": self.claim.claim,
            "kinds": list(self.claim.kinds),
            "necessary": self.claim.necessary,
            "verdict": self.decision.verdict.value,
            "verdict_label": self.decision.verdict.label,
            "why": self.decision.why,
            "design_needed": design_needed(self.claim.kinds),
            "design_reached": design_reached(self.results),
            "criteria": [criterion_dict(found, answers) for found in self.criteria],
            "evidence": [line.to_dict() for line in self.evidence if line.stance == "supports"],
            "qualifying": [line.to_dict() for line in self.evidence if line.stance == "qualifies"],
            "counter_evidence": [line.to_dict() for line in self.evidence if line.stance == "challenges"],
            "unanswered": [line.iri for line in unanswered(self.evidence)],
        }


@dataclass(frozen=True)
class ViewAssessment:
    """A hypothesis in one view."""

    decision: Decision
    sub_claims: tuple[SubClaimAssessment, ...]
    answers: Answers

    @property
    def view(self) -> str:
        """Name of the view."""
        return self.answers.view

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "view": self.view,
            "label": VIEWS[self.view].label,
            "verdict": self.decision.verdict.value,
            "verdict_label": self.decision.verdict.label,
            "why": self.decision.why,
            "sub_claims": [claim.to_dict(self.answers) for claim in self.sub_claims],
        }


@dataclass(frozen=True)
class HypothesisAssessment:
    """A hypothesis in every view asked for. ``author`` is shown beside the verdicts and is never evidence."""

    id: str
    wording: str
    restated_wording: str
    dimension: str
    author: dict[str, Any]
    views: tuple[ViewAssessment, ...]
    graph_version: str
    definitions: Definitions

    @property
    def iri(self) -> str:
        """Address of the hypothesis."""
        return entity("hypothesis", self.id)

    def view(self, name: str) -> ViewAssessment:
        """The assessment in one view; raises ``KeyError`` where it was not asked for."""
        return {found.view: found for found in self.views}[name]

    def to_dict(self, *, statistics: bool = False, robustness: bool = False) -> dict[str, Any]:
        """Plain values (see docs/hypotheses.md for the shape); the slower parts only where asked for."""
        remarks = self.definitions
        return {
            "id": self.id,
            "iri": self.iri,
            "label": self.id.upper(),
            "dimension": self.dimension,
            "wording": self.wording,
            "restated_wording": self.restated_wording,
            "graph_version": self.graph_version,
            "definitions_version": remarks.version,
            "software": f"biokg {__version__}",
            "author": self.author,
            "strengths": [*remarks.strengths.get("all", ()), *remarks.strengths.get(self.id, ())],
            "weaknesses": [*remarks.weaknesses.get("all", ()), *remarks.weaknesses.get(self.id, ())],
            "views": [found.to_dict() for found in self.views],
            "statistics": self._statistics() if statistics else None,
            "robustness": self._robustness() if robustness else None,
        }

    def _statistics(self) -> list[dict[str, Any]]:
        from biokg.hypotheses.statistics import statistics

        return statistics(self)

    def _robustness(self) -> dict[str, Any]:
        from biokg.hypotheses.robustness import robustness

        return robustness(self)


def _sub_claim(claim: SubClaim, answers: Answers) -> SubClaimAssessment:
    definitions = answers.definitions
    criteria = tuple(assess_criterion(criterion, answers) for criterion in definitions.criteria_of(claim.id))
    lines = tuple(line for line in answers.evidence() if bears_on(line, claim.hypothesis, claim.id, definitions))
    results = [
        CriterionResult(found.outcome, found.criterion.necessary, found.criterion.design_level) for found in criteria
    ]
    decision = decide_sub_claim(results, claim.kinds, len(unanswered(lines)))
    return SubClaimAssessment(claim, decision, criteria, lines)


def _view(hypothesis: str, answers: Answers) -> ViewAssessment:
    parts = tuple(_sub_claim(claim, answers) for claim in answers.definitions.sub_claims_of(hypothesis))
    decision = decide_hypothesis([(part.decision.verdict, part.claim.necessary) for part in parts])
    return ViewAssessment(decision, parts, answers)


def _author(rows: list[dict[str, Any]]) -> dict[str, Any]:
    stated = [row for row in rows if row["verdict"] is not None]
    sources = {
        (row["statement"], row["document"]): Source(row["statement"], row["document"], None, row["locator"], None)
        for row in stated
        if row["statement"] and row["document"]
    }
    return {
        "verdict": last_segment(stated[0]["verdict"]) if stated else None,
        "basis": stated[0]["basis"] if stated else None,
        "sources": [sources[key].to_dict() for key in sorted(sources)],
    }


def project_definitions() -> Definitions:
    """The definitions in the project's own ``data/hypotheses`` (or the folder that the environment names)."""
    from biokg.settings import load_settings

    return load_definitions(load_settings().data_folder / "hypotheses")


def assess(
    store: Store,
    views: Sequence[str] = ALL_VIEWS,
    *,
    hypotheses: Sequence[str] = HYPOTHESES,
    graph_version: str = "",
    definitions: Definitions | None = None,
) -> tuple[HypothesisAssessment, ...]:
    """The four hypotheses (or those named in *hypotheses*) assessed in each of *views*.

    Every verdict follows from the store and the *definitions* alone. Raises
    :class:`~biokg.errors.UsageError` for an unknown view and whatever the store raises.
    """
    chosen = definitions or project_definitions()
    names = [find_view(view).name for view in views]
    widest = Answers(store, max(names, key=ALL_VIEWS.index, default=ALL_VIEWS[-1]), chosen)
    held = {name: Answers(store, name, chosen, widest) for name in names} | {widest.view: widest}
    asked = [held[name] for name in names]
    ask_ahead(store, sorted(held.values(), key=lambda answers: ALL_VIEWS.index(answers.view)), hypotheses)
    wordings: dict[str, list[dict[str, Any]]] = {}
    for row in widest.table("author-verdicts").records():
        wordings.setdefault(last_segment(row["hypothesis"]), []).append(row)
    found = []
    for hypothesis in hypotheses:
        rows = wordings.get(hypothesis, [])
        first = rows[0] if rows else {}
        found.append(
            HypothesisAssessment(
                id=hypothesis,
                wording=first.get("wording") or "",
                restated_wording=first.get("restated") or "",
                dimension=last_segment(first["dimension"]) if first.get("dimension") else "",
                author=_author(rows),
                views=tuple(_view(hypothesis, answers) for answers in asked),
                graph_version=graph_version,
                definitions=chosen,
            )
        )
    return tuple(found)
