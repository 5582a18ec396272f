"""Sub-claims, criteria, populations and rules: read from ``data/hypotheses``, never spelled in code.

A change in one of the files is a new version (:attr:`Definitions.version`) of every verdict.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biokg.errors import UsageError

FILES = ("sub-claims", "populations", "rules", "criteria", "evidence", "remarks", "design")
ADDED_TO = ("populations", "rules")
"""Files of which one of one's own replaces single entries, by their id, and adds others; another replaces the whole."""
HYPOTHESES = ("h1", "h2", "h3", "h4")
KINDS = ("existence", "causal", "associational", "descriptive", "forecast", "comparative")
QUANTIFIERS = ("most", "all", "at-least", "some", "difference")
DESIGN_LEVELS = ("descriptive", "associational", "causal")

Clause = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SubClaim:
    """A part of a hypothesis that can be decided by itself."""

    id: str
    hypothesis: str
    claim: str
    kinds: tuple[str, ...]
    necessary: bool
    reason: str


@dataclass(frozen=True)
class Rule:
    """How a sourced fact counts; clauses are alternatives, the columns of one clause must all fit."""

    id: str
    label: str
    reason: str
    yes: tuple[Clause, ...]
    no: tuple[Clause, ...] = ()
    complete: tuple[Clause, ...] = ()
    supersedes: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Population:
    """Whom a criterion speaks of. Possible members are those the sources leave open."""

    id: str
    label: str
    query: str
    reason: str
    certain: tuple[Clause, ...]
    possible: tuple[Clause, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_query: str | None = None
    exclude_rule: str | None = None
    exclude_until: int | None = None


@dataclass(frozen=True)
class Criterion:
    """A criterion of a sub-claim; the first of ``populations`` and ``rules`` is the default.

    ``threshold`` is a share for ``most``, a number of members for ``at-least``, a difference of shares for
    ``difference``. ``at_least`` is how many facts a member needs to count as a yes.
    """

    id: str
    sub_claim: str
    title: str
    member: str
    populations: tuple[str, ...]
    query: str
    rules: tuple[str, ...]
    quantifier: str
    threshold: float
    threshold_range: tuple[float, ...]
    necessary: bool
    design_level: str
    counter_query: str
    reason: str
    at_least: int = 1
    at_least_range: tuple[int, ...] = (1,)
    after: int | None = None
    until: int | None = None
    exposure_query: str | None = None
    exposure_rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dispute:
    """One evidence line speaks to the same object as another and finds otherwise."""

    line: str
    disputes: str
    reason: str


@dataclass(frozen=True)
class Weights:
    """The published rule table that gives an evidence line its weight."""

    points: Mapping[str, Mapping[str, int]]
    moderate_from: int
    strong_from: int
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Definitions:
    """Everything that a verdict rests on besides the graph. ``version`` is the hash of the files."""

    version: str
    sub_claims: tuple[SubClaim, ...]
    criteria: tuple[Criterion, ...]
    populations: Mapping[str, Population]
    rules: Mapping[str, Rule]
    weights: Weights
    assignment: Mapping[str, frozenset[str]]
    disputes: tuple[Dispute, ...]
    strengths: Mapping[str, tuple[str, ...]]
    weaknesses: Mapping[str, tuple[str, ...]]
    comparable_coverage: float
    cut_off: int
    as_of: tuple[int, ...]

    def criteria_of(self, sub_claim: str) -> tuple[Criterion, ...]:
        """The criteria of a sub-claim, in the order of the file."""
        return tuple(criterion for criterion in self.criteria if criterion.sub_claim == sub_claim)

    def queries_of(self, hypotheses: Sequence[str]) -> tuple[str, ...]:
        """The canned queries that the criteria of *hypotheses* read at their defaults, each once."""
        found: dict[str | None, None] = {}
        for criterion in (c for h in hypotheses for claim in self.sub_claims_of(h) for c in self.criteria_of(claim.id)):
            population = self.populations[criterion.populations[0]]
            found |= dict.fromkeys((population.query, population.exclude_query, criterion.query))
            found |= dict.fromkeys((criterion.exposure_query, criterion.counter_query))
        return tuple(query for query in found if query)

    def sub_claims_of(self, hypothesis: str) -> tuple[SubClaim, ...]:
        """The sub-claims of a hypothesis, in the order of the file."""
        return tuple(claim for claim in self.sub_claims if claim.hypothesis == hypothesis)


def _refuse(where: str, reason: str) -> UsageError:
    return UsageError(
        f"hypothesis definitions, {where}: {reason}", fix="Mend the file in data/hypotheses, or your own."
    )


def _clauses(where: str, raw: Any) -> tuple[Clause, ...]:
    if not isinstance(raw, list) or not all(isinstance(clause, dict) for clause in raw):
        raise _refuse(where, "clauses are a list of tables")
    return tuple({column: tuple(str(value) for value in values) for column, values in clause.items()} for clause in raw)


def _known(where: str, raw: Mapping[str, Any], required: set[str], optional: set[str]) -> None:
    for name in sorted(required - set(raw)):
        raise _refuse(where, f"{name} is missing")
    for name in sorted(set(raw) - required - optional):
        raise _refuse(where, f"{name} is not known here")


def _one_of(where: str, name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise _refuse(where, f"{name} is {value!r}, not one of {', '.join(allowed)}")
    return value


def _sub_claim(raw: dict[str, Any]) -> SubClaim:
    where = f"sub-claim {raw.get('id')}"
    _known(where, raw, {"id", "hypothesis", "claim", "kinds", "necessary", "reason"}, set())
    _one_of(where, "hypothesis", raw["hypothesis"], HYPOTHESES)
    kinds = tuple(_one_of(where, "kind", kind, KINDS) for kind in raw["kinds"])
    return SubClaim(raw["id"], raw["hypothesis"], raw["claim"], kinds, raw["necessary"], raw["reason"])


def _rule(name: str, raw: dict[str, Any]) -> Rule:
    where = f"rule {name}"
    _known(where, raw, {"label", "reason", "yes"}, {"no", "complete", "supersedes"})
    clauses = {key: _clauses(where, raw.get(key, [])) for key in ("yes", "no", "complete", "supersedes")}
    return Rule(name, raw["label"], raw["reason"], **clauses)


def _population(raw: dict[str, Any], exclusions: Mapping[str, Any]) -> Population:
    where = f"population {raw.get('id')}"
    optional = {"possible", "exclude", "exclude_query", "exclude_rule", "exclude_until"}
    _known(where, raw, {"id", "label", "query", "certain", "reason"}, optional)
    excluded: list[str] = []
    for name in raw.get("exclude", []):
        if name not in exclusions or "reason" not in exclusions[name]:
            raise _refuse(where, f"exclusion {name!r} is not there or has no reason")
        excluded += exclusions[name]["members"]
    return Population(
        raw["id"],
        raw["label"],
        raw["query"],
        raw["reason"],
        _clauses(where, raw["certain"]),
        _clauses(where, raw.get("possible", [])),
        tuple(excluded),
        raw.get("exclude_query"),
        raw.get("exclude_rule"),
        raw.get("exclude_until"),
    )


_CRITERION = {
    *("id", "sub-claim", "title", "member", "populations", "query", "rules", "quantifier", "necessary"),
    *("design-level", "counter-query", "reason"),
}
_CRITERION_OPTIONAL = {
    *("threshold", "threshold-range", "at-least", "at-least-range", "after", "until", "exposure-query"),
    "exposure-rules",
}


def _criterion(raw: dict[str, Any]) -> Criterion:
    where = f"criterion {raw.get('id')}"
    _known(where, raw, _CRITERION, _CRITERION_OPTIONAL)
    if raw["counter-query"] == raw["query"]:
        raise _refuse(where, "its counter-query is its own query")
    if not raw["populations"] or not raw["rules"]:
        raise _refuse(where, "it needs a population and a rule")
    quantifier = _one_of(where, "quantifier", raw["quantifier"], QUANTIFIERS)
    if quantifier in ("most", "difference", "at-least") and not {"threshold", "threshold-range"} <= set(raw):
        raise _refuse(where, f"quantifier {quantifier} needs a threshold and its range")
    if (quantifier == "difference") != ("exposure-query" in raw and "exposure-rules" in raw):
        raise _refuse(where, "a difference, and nothing else, has an exposure-query and exposure-rules")
    return Criterion(
        id=raw["id"],
        sub_claim=raw["sub-claim"],
        title=raw["title"],
        member=raw["member"],
        populations=tuple(raw["populations"]),
        query=raw["query"],
        rules=tuple(raw["rules"]),
        quantifier=quantifier,
        threshold=float(raw.get("threshold", 1)),
        threshold_range=tuple(float(value) for value in raw.get("threshold-range", [raw.get("threshold", 1)])),
        necessary=raw["necessary"],
        design_level=_one_of(where, "design-level", raw["design-level"], DESIGN_LEVELS),
        counter_query=raw["counter-query"],
        reason=raw["reason"],
        at_least=int(raw.get("at-least", 1)),
        at_least_range=tuple(int(value) for value in raw.get("at-least-range", [1])),
        after=raw.get("after"),
        until=raw.get("until"),
        exposure_query=raw.get("exposure-query"),
        exposure_rules=tuple(raw.get("exposure-rules", [])),
    )


def _check_references(found: Definitions) -> None:
    sub_claims = {claim.id for claim in found.sub_claims}
    for criterion in found.criteria:
        where = f"criterion {criterion.id}"
        if criterion.sub_claim not in sub_claims:
            raise _refuse(where, f"there is no sub-claim {criterion.sub_claim!r}")
        for name in criterion.populations:
            if name not in found.populations:
                raise _refuse(where, f"there is no population {name!r}")
        for name in (*criterion.rules, *criterion.exposure_rules):
            if name not in found.rules:
                raise _refuse(where, f"there is no rule {name!r}")
        if criterion.quantifier == "most" and not all(0 <= value < 1 for value in criterion.threshold_range):
            raise _refuse(where, "a threshold of most is a share from 0 to below 1")
    for claim in found.sub_claims:
        if not any(criterion.necessary for criterion in found.criteria_of(claim.id)):
            raise _refuse(f"sub-claim {claim.id}", "it has no necessary criterion")


def _read(folder: Path, overrides: Mapping[str, Path]) -> tuple[str, dict[str, dict[str, Any]]]:
    digest = hashlib.sha256()
    documents: dict[str, dict[str, Any]] = {}
    for name in FILES:
        ours, own = folder / f"{name}.toml", overrides.get(name)
        paths = [own] if own and name not in ADDED_TO else [ours, *([own] if own else [])]
        for path in paths:
            try:
                text = path.read_text(encoding="utf-8")
                documents[name] = _merged(documents.get(name, {}), tomllib.loads(text))
            except (OSError, tomllib.TOMLDecodeError) as error:
                raise _refuse(str(path), str(error)) from None
            digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest(), documents


def _merged(ours: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The entries of both, lists joined and tables by name; of two with one id or name the *own* comes last."""
    merged = dict(ours)
    for key, value in own.items():
        held = ours.get(key)
        if isinstance(value, list) and isinstance(held, list):
            merged[key] = [*held, *value]
        elif isinstance(value, dict) and isinstance(held, dict):
            merged[key] = {**held, **value}
        else:
            merged[key] = value
    return merged


def _weights(raw: dict[str, Any]) -> Weights:
    return Weights(raw["points"], int(raw["moderate-from"]), int(raw["strong-from"]), raw["reasons"])


def load_definitions(folder: Path, overrides: Mapping[str, Path] | None = None) -> Definitions:
    """The definitions in *folder* (``data/hypotheses``), with the files of *overrides* (see :data:`ADDED_TO`).

    Raises :class:`UsageError` for a criterion without a counter-query, an unknown name or value, or a
    reference to nothing.
    """
    version, raw = _read(folder, overrides or {})
    exclusions = raw["populations"].get("exclusions", {})
    remarks, design, evidence = raw["remarks"], raw["design"], raw["evidence"]
    populations = [_population(entry, exclusions) for entry in raw["populations"].get("population", [])]
    found = Definitions(
        version=version,
        sub_claims=tuple(_sub_claim(entry) for entry in raw["sub-claims"].get("sub-claim", [])),
        criteria=tuple(_criterion(entry) for entry in raw["criteria"].get("criterion", [])),
        populations={population.id: population for population in populations},
        rules={name: _rule(name, entry) for name, entry in raw["rules"].get("rule", {}).items()},
        weights=_weights(evidence),
        assignment={name: frozenset(lines) for name, lines in evidence.get("assignment", {}).items()},
        disputes=tuple(Dispute(**entry) for entry in evidence.get("dispute", [])),
        strengths={name: tuple(entry.get("strengths", [])) for name, entry in remarks.items()},
        weaknesses={name: tuple(entry.get("weaknesses", [])) for name, entry in remarks.items()},
        comparable_coverage=float(design["comparable-coverage"]),
        cut_off=int(design["cut-off"]),
        as_of=tuple(design["as-of"]),
    )
    _check_references(found)
    return found
