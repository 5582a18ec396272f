"""The answers of canned queries in one view, each asked once; and what criteria read from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from biokg.hypotheses.counting import State
from biokg.hypotheses.evidence import EvidenceLine, evidence_lines
from biokg.hypotheses.extraction import (
    Fact,
    Member,
    Membership,
    Source,
    Standing,
    by_member,
    facts,
    in_period,
    last_segment,
    membership,
    register,
    state,
)
from biokg.queries import Table, run
from biokg.store.local import LocalStore
from biokg.terms import LAYERS, VIEWS

if TYPE_CHECKING:
    from biokg.hypotheses.definitions import Criterion, Definitions, Population
    from biokg.store.base import Store


_EVERYWHERE = ("evidence-lines",)
_ONCE = ("author-verdicts", "statement-sources")
"""Asked of the widest view only."""


class Answers:
    """What one view of a store answers; every canned query is asked at most once.

    *wider* is a view that holds this one. A statement belongs to one layer, so where it stands is the same in
    both and is read there once.
    """

    def __init__(self, store: Store, view: str, definitions: Definitions, wider: Answers | None = None) -> None:
        self._store = store
        self._tables: dict[str, Table] = {}
        self._facts: dict[str, dict[str, list[Fact]]] = {}
        self._registers: dict[str, tuple[Member, ...]] = {}
        self._shifts: dict[str, Mapping[str, Mapping[str, Standing | None]]] = {}
        self._lines: tuple[EvidenceLine, ...] | None = None
        self._sources: dict[str, tuple[Source, ...]] | None = None
        self._wider = wider
        self.view = view
        self.early = VIEWS[view].layers[-1] != LAYERS[-1]
        self.definitions = definitions

    def table(self, query: str) -> Table:
        """The answer of a canned query with its default parameters."""
        if query not in self._tables:
            self._tables[query] = run(self._store, query, view=self.view)
        return self._tables[query]

    def ask(self, store: Store, hypotheses: Sequence[str]) -> None:
        """Ask *store*, which answers as the own one does, whatever the criteria of *hypotheses* need."""
        for query in (*self.definitions.queries_of(hypotheses), *_EVERYWHERE, *(() if self._wider else _ONCE)):
            if query not in self._tables:
                self._tables[query] = run(store, query, view=self.view)

    def facts(self, query: str) -> dict[str, list[Fact]]:
        """The facts of a measure, by member."""
        if query not in self._facts:
            self._facts[query] = by_member(facts(self.table(query), self.standing()))
        return self._facts[query]

    def register(self, query: str) -> tuple[Member, ...]:
        """The register that a population is drawn from."""
        if query not in self._registers:
            self._registers[query] = register(self.table(query), self.standing())
        return self._registers[query]

    def members(self, population: Population) -> Membership:
        """Certain and possible members of a population."""
        register = self.register(population.query)
        return membership(population, register, self._ended(population, register))

    def shifts(self, population: Population) -> Mapping[str, Mapping[str, Standing | None]]:
        """For each document whose absence moves members of a population: where they then stand (``None``: outside)."""
        if population.id not in self._shifts:
            self._shifts[population.id] = self._moved(population)
        return self._shifts[population.id]

    def _moved(self, population: Population) -> Mapping[str, Mapping[str, Standing | None]]:
        register = self.register(population.query)
        base = self.members(population).standing()
        touched: dict[str, list[Member]] = {}
        for member in register:
            own = set(member.alone)
            for fact in self._endings(population).get(member.iri, ()):
                own |= fact.alone
            for document in own:
                touched.setdefault(document, []).append(member)
        moved: dict[str, Mapping[str, Standing | None]] = {}
        for document, members in touched.items():
            ended = self._ended(population, members, document)
            left = membership(population, (member.without(document) for member in members), ended).standing()
            found = {m.iri: left.get(m.iri) for m in members if left.get(m.iri) != base.get(m.iri)}
            if found:
                moved[document] = found
        return moved

    def _endings(self, population: Population) -> Mapping[str, list[Fact]]:
        return self.facts(population.exclude_query) if population.exclude_query else {}

    def _ended(self, population: Population, members: Iterable[Member], left_out: str = "") -> frozenset[str]:
        """Those of *members* excluded by their own facts, of which what stands on *left_out* alone is not counted."""
        if population.exclude_rule is None:
            return frozenset()
        rule, until = self.definitions.rules[population.exclude_rule], population.exclude_until
        facts = self._endings(population)
        return frozenset(
            member.iri
            for member in members
            if state([fact for fact in facts.get(member.iri, ()) if self._counts(fact, until, left_out)], rule)
            is State.YES
        )

    def _counts(self, fact: Fact, until: int | None, left_out: str) -> bool:
        return fact.without(left_out) and in_period(fact, None, until, early_view=self.early)

    def evidence(self) -> tuple[EvidenceLine, ...]:
        """Every evidence line, weighed."""
        if self._lines is None:
            self._lines = evidence_lines(self.table("evidence-lines"), self.definitions, self.standing())
        return self._lines

    def standing(self) -> Mapping[str, tuple[Source, ...]]:
        """Where every statement stands."""
        if self._wider is not None:
            return self._wider.standing()
        if self._sources is None:
            grouped: dict[str, list[Source]] = {}
            for row in self.table("statement-sources").records():
                layer = last_segment(row["layer"]) if row["layer"] else None
                source = Source(row["statement"], row["document"], row["address"], row["locator"], layer)
                grouped.setdefault(row["statement"], []).append(source)
            self._sources = {statement: tuple(found) for statement, found in grouped.items()}
        return self._sources

    def sources(self, statements: frozenset[str]) -> tuple[Source, ...]:
        """Where the given statements stand."""
        standing = self.standing()
        return tuple(source for statement in sorted(statements) for source in standing.get(statement, ()))

    def state(
        self,
        query: str,
        rule: str,
        member: str,
        criterion: Criterion | None = None,
        at_least: int = 1,
    ) -> tuple[State, tuple[Fact, ...]]:
        """The state of *member* and the facts it rests on, within the period of *criterion*."""
        found = self.facts(query).get(member, [])
        if criterion is not None:
            found = [fact for fact in found if in_period(fact, criterion.after, criterion.until, early_view=self.early)]
        return state(found, self.definitions.rules[rule], at_least), tuple(found)


def ask_ahead(store: Store, asked: Sequence[Answers], hypotheses: Sequence[str]) -> None:
    """Ask one view after the other (*asked*: the narrowest first), so that a store can make each from the one before.

    Only a store in this process makes views; elsewhere a query is asked when its answer is needed.
    """
    if isinstance(store, LocalStore):
        graphs = [VIEWS[answers.view].graphs for answers in asked]
        for answers, narrowed in zip(asked, store.nested(graphs), strict=True):
            answers.ask(narrowed, hypotheses)
