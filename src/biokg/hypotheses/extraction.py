"""From canned-query answers to members and facts, and from facts to states. No SPARQL here, no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from biokg.hypotheses.counting import State
from biokg.terms import LAYERS

if TYPE_CHECKING:
    from biokg.hypotheses.definitions import Clause, Population, Rule
    from biokg.queries import Table

MISSING = "-"
AUTHOR = "dissertation"
CUT_OFF = 2016
"""Last year of the first two layers."""
_PLAIN_COLUMNS = frozenset({"member", "fact", "label", "statement", "basis"})
_FIRST_LAYERS = frozenset(LAYERS[:2])


@dataclass(frozen=True)
class Fact:
    """One sourced fact about one member: its codes (last segments of IRIs, or literals), year and sources."""

    member: str
    iri: str
    label: str
    codes: tuple[tuple[str, str], ...]
    year: int | None
    statements: frozenset[str]
    documents: frozenset[str]
    layers: frozenset[str]
    basis: frozenset[str] = frozenset()
    """Documents of what the fact presupposes (the founding that a span is counted from), where the query names it."""

    @cached_property
    def row(self) -> Mapping[str, str]:
        """The codes by column."""
        return dict(self.codes)

    def code(self, column: str) -> str:
        """The code in *column*, or ``-`` where none is stated."""
        return self.row.get(column, MISSING)

    @property
    def alone(self) -> frozenset[str]:
        """Documents without any one of which the fact falls."""
        return frozenset().union(*(own for own in (self.documents, self.basis) if len(own) == 1))

    def without(self, document: str) -> bool:
        """Whether the fact still stands when *document* is left out."""
        return document not in self.alone


@dataclass(frozen=True)
class Source:
    """Where a statement stands."""

    statement: str
    document: str
    address: str | None
    locator: str | None
    layer: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values; ``label`` names the document in words."""
        label = "the dissertation" if last_segment(self.document) == AUTHOR else self.address or self.document
        return {
            "statement": self.statement,
            "document": self.document,
            "label": label,
            "address": self.address,
            "locator": self.locator,
            "layer": self.layer,
        }


@dataclass(frozen=True)
class Member:
    """One member of a population's register with every value stated in each column."""

    iri: str
    label: str
    codes: Mapping[str, frozenset[str]]
    rows: tuple[Mapping[str, str], ...]
    documents: tuple[frozenset[str], ...] = ()
    """For each row, the documents it stands in; empty where the register names none."""

    @property
    def alone(self) -> frozenset[str]:
        """Documents that carry one of the rows by themselves."""
        return frozenset(next(iter(own)) for own in self.documents if len(own) == 1)

    def without(self, document: str) -> Member:
        """The member with the rows that still stand when *document* is left out."""
        kept = [(row, own) for row, own in zip(self.rows, self.documents, strict=True) if own != frozenset({document})]
        return replace(self, rows=tuple(row for row, _ in kept), documents=tuple(own for _, own in kept))


def last_segment(value: Any) -> str:
    """What a clause is compared with: the last segment of an IRI, a literal in lower-case booleans, else ``-``."""
    if isinstance(value, str):
        return _last(value)
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    return _last(str(value))


@lru_cache(maxsize=1 << 15)
def _last(text: str) -> str:
    return text.rstrip("/").rsplit("/", 1)[-1] if "://" in text else text


def fits(row: Mapping[str, str], clauses: Iterable[Clause]) -> bool:
    """Whether *row* fits one of *clauses*; a column the row does not have counts as not stated."""
    for clause in clauses:
        for column, values in clause.items():
            if row.get(column, MISSING) not in values:
                break
        else:
            return True
    return False


def facts(table: Table, sources: Mapping[str, tuple[Source, ...]]) -> tuple[Fact, ...]:
    """The facts in the answer of a measure's query; rows that differ only in their source are one fact.

    *sources* says where each statement stands; a column ``basis`` names a statement of what the fact presupposes.
    """
    columns = [name for name in table.variables if name not in _PLAIN_COLUMNS]
    merged: dict[tuple[str, str, tuple[tuple[str, str], ...]], _Told] = {}
    for row in table.records():
        codes = tuple((name, last_segment(row[name])) for name in columns if row[name] is not None)
        told = merged.setdefault((row["member"], row["fact"], codes), _Told(row.get("label"), row.get("year")))
        told.statements.add(row.get("statement"))
        told.basis.add(row.get("basis"))
    found = []
    for (member, iri, codes), told in merged.items():
        statements = frozenset(told.statements - {None})
        stands = [source for statement in statements for source in sources.get(statement, ())]
        presupposed = (source for statement in told.basis for source in sources.get(statement or "", ()))
        found.append(
            Fact(
                member,
                iri,
                told.label or last_segment(iri),
                codes,
                told.year,
                statements,
                documents=frozenset(source.document for source in stands),
                layers=frozenset(source.layer for source in stands if source.layer),
                basis=frozenset(source.document for source in presupposed),
            )
        )
    return tuple(found)


@dataclass
class _Told:
    """What the rows of one fact tell together."""

    label: str | None
    year: int | None
    statements: set[Any] = field(default_factory=set)
    basis: set[Any] = field(default_factory=set)


def register(table: Table, sources: Mapping[str, tuple[Source, ...]]) -> tuple[Member, ...]:
    """The members in the answer of a population's query, one per IRI, in its order.

    Rows that differ only in their ``statement`` are one row, standing in the documents of all of them.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.records():
        found.setdefault(row["member"], []).append(row)
    return tuple(_member(iri, rows, sources) for iri, rows in found.items())


def _member(iri: str, rows: list[dict[str, Any]], sources: Mapping[str, tuple[Source, ...]]) -> Member:
    standing: dict[tuple[tuple[str, str], ...], set[str]] = {}
    for row in rows:
        coded = tuple((name, last_segment(value)) for name, value in row.items() if name != "statement")
        documents = standing.setdefault(coded, set())
        documents |= {source.document for source in sources.get(row.get("statement") or "", ())}
    distinct = tuple(dict(coded) for coded in standing)
    codes = {name: frozenset(row[name] for row in distinct) for name in distinct[0]}
    label = next((str(row["label"]) for row in rows if row.get("label") is not None), last_segment(iri))
    return Member(iri, label, codes, distinct, tuple(frozenset(own) for own in standing.values()))


class Standing(StrEnum):
    """Whether a member belongs for sure or perhaps."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Membership:
    """Certain and possible members of a population in one view."""

    certain: tuple[Member, ...]
    possible: tuple[Member, ...]

    def standing(self) -> dict[str, Standing]:
        """Each member (IRI) and whether it belongs for sure."""
        return {m.iri: Standing.POSSIBLE for m in self.possible} | {m.iri: Standing.CERTAIN for m in self.certain}


def membership(population: Population, members: Iterable[Member], ended: frozenset[str] = frozenset()) -> Membership:
    """Who belongs to *population*; *ended* holds members excluded by their own facts (IRIs)."""
    certain, possible = [], []
    for member in members:
        if last_segment(member.iri) in population.exclude or member.iri in ended:
            continue
        if any(fits(row, population.certain) for row in member.rows):
            certain.append(member)
        elif any(fits(row, population.possible) for row in member.rows):
            possible.append(member)
    return Membership(tuple(certain), tuple(possible))


def in_period(fact: Fact, after: int | None, until: int | None, *, early_view: bool = False) -> bool:
    """Whether a fact falls after the year *after* and not later than the year *until*.

    An undated fact is known to lie by 2016 where it stands in one of the first two layers, or is seen in a view
    that holds nothing later (*early_view*); otherwise its time is not known and it counts in no bounded period.
    """
    if fact.year is None:
        early = early_view or bool(fact.layers & _FIRST_LAYERS)
        return after is None and (until is None or (until >= CUT_OFF and early))
    return (after is None or fact.year > after) and (until is None or fact.year <= until)


def counted(fact: Fact, rule: Rule) -> State | None:
    """How a rule counts one fact: yes, no, or not at all."""
    if fits(fact.row, rule.yes):
        return State.YES
    return State.NO if fits(fact.row, rule.no) else None


def state(found: Iterable[Fact], rule: Rule, at_least: int = 1) -> State:
    """The state of a member with the facts *found* under *rule*.

    Yes needs *at_least* different facts that count as yes. A member without them is unknown; "no" needs a fact
    that says so, or a statement of completeness.
    """
    rows = list(found)
    if any(fits(fact.row, rule.supersedes) for fact in rows):
        return State.YES
    yes = {fact.iri for fact in rows if counted(fact, rule) is State.YES}
    no = any(counted(fact, rule) is State.NO for fact in rows)
    if len(yes) >= at_least:
        return State.DISPUTED if no else State.YES
    if no or any(fits(fact.row, rule.complete) for fact in rows):
        return State.NO
    return State.UNKNOWN


def by_member(found: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Facts grouped by member."""
    grouped: dict[str, list[Fact]] = {}
    for fact in found:
        grouped.setdefault(fact.member, []).append(fact)
    return grouped
