"""Reconciliation: candidates for names with types and properties, suggestions, and values to extend a table with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from biokg.errors import UsageError
from biokg.linking.countries import COUNTRIES
from biokg.linking.judging import Hints
from biokg.linking.lexicon import IDENTIFIER, ORGANIZATION, Fact, Lexicon, Named, long_id, same_text, short_id
from biokg.linking.matching import Matcher
from biokg.linking.names import fold
from biokg.linking.registry import Entity

MOST = 100
"""The most candidates or suggestions of one answer."""

DISAGREEING = 15.0
"""What a property that says otherwise takes off a score (of 100)."""


Value = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A property the candidate should have, with one of (``any``), all or none of the values.

    Each value is a tuple of ways to say it: a text alone, or the id and the name of an entity.
    """

    property: str
    values: tuple[Value, ...]
    required: bool = False
    quantifier: str = "any"


@dataclass(frozen=True, slots=True)
class Question:
    """One reconciliation query. ``types`` empty: any type."""

    name: str = ""
    types: tuple[str, ...] = ()
    limit: int = 10
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One candidate; ``features`` tell what the score rests on, by name."""

    id: str
    name: str
    description: str
    types: tuple[Named, ...]
    score: float
    match: bool
    features: tuple[tuple[str, str, float | bool], ...] = field(default=())


class Reconciler:
    """Answers for one version of the graph."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._matchers = {kind: Matcher(entities) for kind, entities in lexicon.things.items()}
        self._facts = lru_cache(maxsize=4096)(lexicon.facts)
        self._entities = {entity.id: entity for kind in lexicon.things.values() for entity in kind}

    def candidates(self, question: Question) -> list[Answer]:
        """Candidates, best first. At most one has ``match``, and only if nothing speaks against it."""
        kinds = [kind for kind in (question.types or tuple(self._matchers)) if kind in self._matchers]
        found: dict[str, Answer] = {}
        for kind in kinds:
            for answer in self._of_kind(kind, question):
                held = found.get(answer.id)
                if held is None or (answer.match, answer.score) > (held.match, held.score):
                    found[answer.id] = answer
        answers = [kept for answer in found.values() if (kept := self._with_conditions(answer, question)) is not None]
        answers.sort(key=lambda answer: (-answer.score, answer.id))
        matches = [answer for answer in answers if answer.match]
        if len(matches) > 1:
            answers = [replace(answer, match=False) for answer in answers]
        return answers[: max(0, min(question.limit, MOST))]

    def any_of(self, questions: Sequence[Question]) -> list[Answer]:
        """Candidates for several names of one thing: each under the name that fits it best."""
        if len(questions) == 1:
            return self.candidates(questions[0])
        found: dict[str, Answer] = {}
        for question in questions:
            for answer in self.candidates(question):
                held = found.get(answer.id)
                if held is None or (answer.match, answer.score) > (held.match, held.score):
                    found[answer.id] = answer
        answers = sorted(found.values(), key=lambda answer: (-answer.score, answer.id))
        if sum(answer.match for answer in answers) > 1:
            answers = [replace(answer, match=False) for answer in answers]
        return answers[: max(0, min(questions[0].limit, MOST))]

    def _of_kind(self, kind: str, question: Question) -> Iterator[Answer]:
        if not question.name.strip():
            yield from self._by_conditions(kind, question)
            return
        match = self._matchers[kind].match(question.name, _hints(question))
        for candidate in match.candidates:
            certain = match.entity is not None and candidate.entity.id == match.entity.id
            objected = candidate.judgement.objections
            score = min(candidate.score, 84.0) if objected else candidate.score
            features = (("name", "agreement of the names (0 to 100)", round(candidate.score, 1)),)
            yield self._answer(candidate.entity, round(score, 1), certain, features)

    def _by_conditions(self, kind: str, question: Question) -> Iterator[Answer]:
        """Without a name: the things of which every condition holds; none, if there is no condition."""
        for entity in self.lexicon.things[kind] if question.conditions else ():
            if all(self._holds(entity.id, condition) for condition in question.conditions):
                yield self._answer(entity, 80.0, False, ())

    def _answer(
        self, entity: Entity, score: float, certain: bool, features: tuple[tuple[str, str, float | bool], ...]
    ) -> Answer:
        kinds = tuple(self.lexicon.types[kind] for kind in self.lexicon.types_of.get(entity.id, ()))
        described = self.lexicon.describe(entity)
        return Answer(short_id(entity.id), entity.label, described, kinds, score, certain, features)

    def _with_conditions(self, answer: Answer, question: Question) -> Answer | None:
        features = list(answer.features)
        score, certain = answer.score, answer.match
        for condition in question.conditions:
            holds = self._holds(long_id(answer.id), condition)
            if holds is None:
                if condition.required:
                    return None
                continue
            features.append((condition.property, f"{condition.property} agrees", holds))
            if not holds:
                if condition.required:
                    return None
                score, certain = max(0.0, score - DISAGREEING), False
        return replace(answer, score=score, match=certain, features=tuple(features))

    def _holds(self, iri: str, condition: Condition) -> bool | None:
        """Whether a condition holds of a thing; ``None`` where the graph does not say."""
        facts = [fact for fact in self._facts(iri) if _is(fact, condition.property)]
        if not facts:
            return None
        hits = [any(_fits(fact, text) for fact in facts for text in value) for value in condition.values]
        if condition.quantifier == "none":
            return not any(hits)
        return all(hits) if condition.quantifier == "all" else any(hits)

    def suggest(self, prefix: str, *, cursor: int = 0) -> list[Answer]:
        """Things of which a name, or a word of it, starts with *prefix*."""
        wanted = fold(prefix)
        if not wanted:
            return []
        hits = {
            entity.id: (0 if fold(name).startswith(wanted) else 1, entity.label)
            for entity in self._entities.values()
            for name in reversed(entity.names)
            if fold(name).startswith(wanted) or f" {wanted}" in f" {fold(name)}"
        }
        ordered = sorted(hits, key=lambda iri: (hits[iri], iri))[cursor : cursor + 20]
        return [self._answer(self._entities[iri], 0.0, False, ()) for iri in ordered]

    def suggest_types(self, prefix: str) -> list[Named]:
        """Types whose name holds *prefix*."""
        return [kind for kind in self.lexicon.types.values() if fold(prefix) in fold(f"{kind.id} {kind.name}")]

    def suggest_properties(self, prefix: str) -> list[Named]:
        """Properties of organizations whose name holds *prefix*."""
        found = self.lexicon.properties(None)
        return [prop for prop in found if fold(prefix) in fold(f"{prop.id} {prop.name}")][:20]

    def entity(self, id_: str) -> Entity:
        """The thing with an id; raises :class:`UsageError` if there is none."""
        found = self._entities.get(long_id(id_))
        if found is None:
            raise UsageError(f"no thing has the id {id_!r}", fix="ask /reconcile/suggest/entity?prefix=… for ids")
        return found

    def facts(self, id_: str) -> list[Fact]:
        """What the graph says of a thing; empty if it does not know it."""
        return list(self._facts(long_id(id_)))

    def values(self, id_: str, prop: str, *, limit: int | None = None) -> list[Fact]:
        """The values of one property of one thing."""
        found = [fact for fact in self.facts(id_) if _is(fact, prop)]
        return found if limit is None else found[:limit]


def _hints(question: Question) -> Hints:
    country = city = ""
    for condition in question.conditions:
        if len(condition.values) == 1 and condition.quantifier != "none":
            said = condition.values[0]
            if condition.property == "country":
                country = next((COUNTRIES[fold(text)] for text in said if fold(text) in COUNTRIES), "")
            elif condition.property in ("city", "place"):
                city = said[-1]
    return Hints(country, city) if not question.types or ORGANIZATION in question.types else Hints()


def _is(fact: Fact, prop: str) -> bool:
    return fact.property in {prop, f"rdfs:{prop}", f"skos:{prop}", f"dcterms:{prop}"}


def _fits(fact: Fact, value: str) -> bool:
    if fact.iri and (fact.iri == value or short_id(fact.iri) == value):
        return True
    if fact.property.startswith(IDENTIFIER):
        return fact.text.rstrip("/").endswith(value.rstrip("/").rsplit("/", 1)[-1])
    if same_text(fact.text, value):
        return True
    return fact.property == "country" and COUNTRIES.get(fold(value), "?") == COUNTRIES.get(fold(fact.text), "!")


def texts(values: Sequence[object]) -> tuple[Value, ...]:
    """Values of a query as text: an entity by its id or its name, a whole number without a point."""
    return tuple(_texts(value) for value in values)


def _texts(value: object) -> Value:
    if isinstance(value, dict):
        return tuple(str(value[key]) for key in ("id", "name") if value.get(key))
    if isinstance(value, bool):
        return (str(value).lower(),)
    return (str(int(value)) if isinstance(value, float) and value.is_integer() else str(value),)
