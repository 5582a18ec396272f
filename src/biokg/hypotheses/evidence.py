"""Evidence lines and their weight by the published rule table. A line never decides a criterion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from biokg.hypotheses.extraction import AUTHOR, Source, last_segment

if TYPE_CHECKING:
    from biokg.hypotheses.definitions import Definitions, Weights
    from biokg.queries import Table

ORDER = ("none", "weak", "moderate", "strong")
_CONCLUSION = "dissertation-conclusion"


@dataclass(frozen=True)
class EvidenceLine:
    """One statement for, against or about a hypothesis, with its weight and what disputes it."""

    iri: str
    hypothesis: str
    stance: str
    kind: str
    text: str
    about: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    citing: frozenset[str]
    belgian: bool
    points: int = 0
    weight: str = "none"
    why: tuple[str, ...] = ()
    disputed_by: tuple[str, ...] = ()
    answered_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Short name of the line."""
        return last_segment(self.iri)

    def weighed(self, weights: Weights) -> EvidenceLine:
        """The line with the weight that the rule table gives it."""
        points, weight, why = weigh(
            weights,
            self.kind,
            author=all(last_segment(source.document) == AUTHOR for source in self.sources),
            cites=any(source.statement in self.citing for source in self.sources),
            belgian=self.belgian,
            cases=len(self.about),
        )
        return replace(self, points=points, weight=weight, why=why)

    def without(self, document: str, weights: Weights) -> EvidenceLine | None:
        """The line as its other documents carry it, weighed anew; ``None`` where *document* is all it stands on."""
        left = tuple(source for source in self.sources if source.document != document)
        if len(left) == len(self.sources):
            return self
        return replace(self, sources=left).weighed(weights) if left else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "iri": self.iri,
            "text": self.text,
            "stance": self.stance,
            "kind": self.kind,
            "weight": self.weight,
            "weight_points": self.points,
            "weight_why": list(self.why),
            "answered": bool(self.answered_by),
            "answered_by": list(self.answered_by),
            "disputed_by": list(self.disputed_by),
            "about": [{"iri": iri, "label": label} for iri, label in self.about],
            "sources": [source.to_dict() for source in self.sources],
        }


def weigh(
    weights: Weights, kind: str, *, author: bool, cites: bool, belgian: bool, cases: int
) -> tuple[int, str, tuple[str, ...]]:
    """Points, weight and reasons of a line by the rule table; an author's conclusion has weight none."""
    if kind == _CONCLUSION:
        return 0, "none", (weights.reasons["conclusion"],)
    chosen = {
        "kind": kind,
        "independence": ("author-citing" if cites else "author") if author else "page",
        "directness": "belgian" if belgian else "elsewhere",
        "cases": "three-or-more" if cases >= 3 else "fewer",
    }
    parts = {factor: weights.points[factor].get(value, 0) for factor, value in chosen.items()}
    total = sum(parts.values())
    weight = "strong" if total >= weights.strong_from else "moderate" if total >= weights.moderate_from else "weak"
    return total, weight, tuple(f"{factor}: {value} ({parts[factor]})" for factor, value in chosen.items())


def _line(
    iri: str, rows: list[dict[str, Any]], weights: Weights, sources: Mapping[str, tuple[Source, ...]]
) -> EvidenceLine:
    first = rows[0]
    about = {row["about"]: row["aboutLabel"] or last_segment(row["about"]) for row in rows if row["about"]}
    statements = sorted({row["statement"] for row in rows if row["statement"]})
    return EvidenceLine(
        iri=iri,
        hypothesis=last_segment(first["hypothesis"]),
        stance=last_segment(first["stance"]),
        kind=last_segment(first["kind"]),
        text=first["text"],
        about=tuple(sorted(about.items())),
        sources=tuple(source for statement in statements for source in sources.get(statement, ())),
        citing=frozenset(row["statement"] for row in rows if row["cited"] and row["statement"]),
        belgian=any(row["belgian"] for row in rows),
    ).weighed(weights)


def evidence_lines(
    table: Table, definitions: Definitions, sources: Mapping[str, tuple[Source, ...]]
) -> tuple[EvidenceLine, ...]:
    """All lines in the answer of ``evidence-lines``, weighed, with disputes from the graph and the definitions."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in table.records():
        grouped.setdefault(row["line"], []).append(row)
    lines = {iri: _line(iri, rows, definitions.weights, sources) for iri, rows in grouped.items()}
    pairs = {(iri, row["disputes"]) for iri, rows in grouped.items() for row in rows if row["disputes"]}
    by_id = {line.id: line.iri for line in lines.values()}
    pairs |= {
        (by_id[dispute.line], by_id[dispute.disputes])
        for dispute in definitions.disputes
        if dispute.line in by_id and dispute.disputes in by_id
    }
    disputing: dict[str, list[str]] = {}
    for one, other in sorted(pairs):
        disputing.setdefault(other, []).append(one)
    return answered([replace(line, disputed_by=tuple(disputing.get(line.iri, ()))) for line in lines.values()])


def answered(lines: Sequence[EvidenceLine]) -> tuple[EvidenceLine, ...]:
    """The lines with ``answered_by`` set to those of *lines* that dispute them with at least equal weight."""
    rank = {line.iri: ORDER.index(line.weight) for line in lines}
    return tuple(
        replace(
            line,
            answered_by=tuple(iri for iri in line.disputed_by if rank.get(iri, -1) >= rank[line.iri]),
        )
        for line in lines
    )


def bears_on(line: EvidenceLine, hypothesis: str, sub_claim: str, definitions: Definitions) -> bool:
    """Whether a line bears on a sub-claim: as assigned, or, where it is not assigned at all, on all of them."""
    if line.hypothesis != hypothesis:
        return False
    assigned = {name for name, ids in definitions.assignment.items() if line.id in ids and name.startswith(hypothesis)}
    return not assigned or sub_claim in assigned


def unanswered(lines: Iterable[EvidenceLine]) -> tuple[EvidenceLine, ...]:
    """Challenging lines of moderate or strong weight that no line of at least equal weight disputes."""
    heavy = (line for line in lines if line.stance == "challenges" and line.weight in ("moderate", "strong"))
    return tuple(line for line in heavy if not line.answered_by)
