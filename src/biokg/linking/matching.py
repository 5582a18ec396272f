"""Matching names to a registry: no answer rather than a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from biokg.linking.countries import COUNTRIES
from biokg.linking.index import RegistryIndex
from biokg.linking.judging import ACCEPT, NO_HINTS, Hints, Judgement, judge, legal_objections
from biokg.linking.names import Name, fold, is_remark, is_short_for, other_names, parse
from biokg.linking.registry import Entity
from biokg.linking.written import explained, heads, mended

SAME_THING = re.compile(
    r"^(?:formerly|former|fka|previously|ex|now|aka|also known as|later|until recently)\b[ :]*", re.I
)
SEPARATOR = re.compile(r"\s+[-–—|]\s+|\s*;\s*|\s+/\s+|\s*\|\s*|(?<=\w{3})/(?=\w{3})|,\s+(?=formerly|now|previously)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that could be meant, under the name that fits best."""

    entity: Entity
    name: Name
    judgement: Judgement

    @property
    def score(self) -> float:
        """0 to 100."""
        return self.judgement.score


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one name. ``entity`` is the one to link to (the successor of an inactive record), or ``None``.

    ``decision`` is ``match``, ``review`` (candidates a person should look at) or ``none``.
    """

    query: str
    decision: str
    entity: Entity | None
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    score: float = 0.0
    replaced: Entity | None = None


class Matcher:
    """Matches names against one registry."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self.index = RegistryIndex(list(entities))
        self._known = self.index.is_word

    def match(self, text: str, hints: Hints = NO_HINTS) -> Match:
        """The one entity that *text* names beyond doubt, or candidates, or nothing."""
        text = text.strip()
        if not fold(text):
            return Match(text, "none", None, (), ("the name is empty",))
        name = mended(text)
        result = self._whole(name, hints)
        if result.decision == "match" and result.score < 98 and (other := self._contradicted(name, hints, result)):
            result = replace(result, decision="review", entity=None, reasons=(*result.reasons, other))
        for attempt in (self._parts, self._before_tail):
            if result.decision != "match":
                result = attempt(name, hints, result)
        result = replace(result, query=text)
        return self._follow(result) if result.decision == "match" else result

    def _contradicted(self, text: str, hints: Hints, match: Match) -> str:
        """What is said against *match* by a short name in brackets that is another's; empty if nothing."""
        for bracket in re.findall(r"[(\[]([^()\[\]]{2,12})[)\]]", text):
            found = self._whole(bracket, hints)
            if found.entity is not None and match.entity is not None and found.entity.id != match.entity.id:
                return f"{bracket} in brackets is {found.entity.label}"
        return ""

    def match_all(self, names: Iterable[tuple[str, Hints]]) -> Iterator[Match]:
        """:meth:`match` for each, the same name asked once."""
        held: dict[tuple[str, Hints], Match] = {}
        for text, hints in names:
            key = (text.strip(), hints)
            if key not in held:
                held[key] = self.match(text, hints)
            yield held[key]

    def _whole(self, text: str, hints: Hints) -> Match:
        query = parse(text)
        candidates = self.candidates(query, hints)
        accepted = [candidate for candidate in candidates if candidate.judgement.accepted]
        acronym = self._by_acronym(query, hints)
        if acronym and (not accepted or accepted[0].score < 95):
            same = not accepted or accepted[0].entity.id == acronym[0].entity.id
            candidates = [*acronym, *(c for c in candidates if c.entity.id not in {a.entity.id for a in acronym})]
            accepted = acronym if same else []
        return self._choose(text, query, accepted, candidates, hints)

    def candidates(self, query: Name, hints: Hints = NO_HINTS, *, limit: int = 8) -> list[Candidate]:
        """The entities that could be meant by *query*, best first, each under its best name."""
        best: dict[int, Candidate] = {}
        for place in self.index.candidates(query):
            entry = self.index.entries[place]
            entity = self.index.entities[entry.entity]
            found = judge(query, entry.name, entity, self._known, hints)
            held = best.get(entry.entity)
            if held is None or _rank(found) > _rank(held.judgement):
                best[entry.entity] = Candidate(entity, entry.name, found)
        ordered = sorted(best.values(), key=lambda c: (*(-x for x in _rank(c.judgement)), c.entity.id))
        return ordered[:limit]

    def _by_acronym(self, query: Name, hints: Hints) -> list[Candidate]:
        """Entities whose acronym the query is; only listed acronyms of three letters or more count as a match."""
        letters = query.compact
        if len(query.words) == 2 and (two := [*self._two_acronyms(query), *self._acronym_and_place(query)]):
            return two
        if len(query.words) > 2 or not 2 <= len(letters) <= 10:
            return []
        found = self._abbreviated(letters)
        if hints.country:
            found = [entity for entity in found if entity.country in ("", hints.country)]
        if query.countries:
            found = [entity for entity in found if entity.country in query.countries]
        found = [entity for entity in found if not legal_objections(query, query, entity)]
        sure = len(letters) >= 3 or bool(hints.country or query.countries)
        reason = "acronym of the record" if sure else "two-letter acronym"
        objection = () if sure else ("two letters alone do not tell",)
        return [Candidate(entity, query, Judgement(93.0, (reason,), objection)) for entity in found]

    def _two_acronyms(self, query: Name) -> list[Candidate]:
        """The entity that both words are acronyms of, in two languages: ``SCK CEN``."""
        one, two = (self._abbreviated(word) for word in query.words)
        return [_by_letters(entity, query, "two acronyms of the record") for entity in one if entity in two]

    def _acronym_and_place(self, query: Name) -> list[Candidate]:
        """The entity whose acronym stands before its own city: ``RMCA Tervuren``."""
        short, place = query.words
        found = self._abbreviated(short) if len(short) >= 3 else []
        return [_by_letters(e, query, "acronym and place of the record") for e in found if explained(place, e)]

    def _abbreviated(self, letters: str) -> list[Entity]:
        return [self.index.entities[number] for number in dict.fromkeys(self.index.acronyms.get(letters, ()))]

    def _choose(
        self, text: str, query: Name, accepted: list[Candidate], candidates: list[Candidate], hints: Hints
    ) -> Match:
        accepted = [candidate for candidate in accepted if candidate.judgement.accepted]
        shown = tuple(candidates[:5])
        if not accepted:
            worth = shown and shown[0].score >= 60
            reasons = (*shown[0].judgement.reasons, *shown[0].judgement.objections) if shown else ("nothing alike",)
            return Match(text, "review" if worth else "none", None, shown, reasons, shown[0].score if shown else 0.0)
        accepted = _tied(accepted, query)
        if len(accepted) > 1:
            accepted = _settle(accepted, query, hints)
        if len(accepted) > 1:
            names = "; ".join(candidate.entity.label for candidate in accepted[:4])
            return Match(text, "review", None, shown, (f"fits several: {names}",), accepted[0].score)
        chosen = accepted[0]
        if rival := _namesake(chosen, candidates, query):
            reasons = (f"{rival.entity.label} bears the same name; the legal form does not tell",)
            return Match(text, "review", None, shown, reasons, chosen.score)
        return Match(text, "match", chosen.entity, shown, chosen.judgement.reasons, chosen.score)

    def _parts(self, text: str, hints: Hints, whole: Match) -> Match:
        """Try what stands in brackets or beside a dash: two names of one thing, an acronym and its long form."""
        body = re.sub(r"[(\[].*?[)\]]", " ", text).strip()
        brackets = re.findall(r"[(\[]([^()\[\]]*)[)\]]", text)
        for bracket in brackets:
            if SAME_THING.match(bracket.strip()):
                return self._alias(text, SAME_THING.sub("", bracket.strip()), hints, whole)
        if any(is_remark(bracket) for bracket in brackets):
            return whole
        if brackets and (named := self._by_bracket(text, body, brackets[-1], hints, whole)):
            return named
        if not brackets and (found := self._with_acronym(text, hints)):
            return found
        pieces = [body, *other_names(text)] if brackets else [p for p in SEPARATOR.split(text) if p.strip()]
        if len(pieces) != 2:
            return whole
        first, second = pieces
        if SAME_THING.match(second):
            return self._alias(text, SAME_THING.sub("", second), hints, whole)
        one, two = self._whole(first, hints), self._whole(second, hints)
        if one.entity and two.entity:
            if one.entity.id == two.entity.id:
                return replace(one, query=text, reasons=(*one.reasons, "both names agree"))
            return whole
        found = one if one.entity else two
        if found.entity and (is_short_for(first, second) or is_short_for(second, first)):
            return replace(found, query=text, score=found.score - 3, reasons=(*found.reasons, "with its short form"))
        return whole

    def _with_acronym(self, text: str, hints: Hints) -> Match | None:
        """An acronym written before or after the name, when both are of one thing: ``LSP Life Sciences Partners``."""
        words = text.split()
        if len(words) < 3:
            return None
        for short, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
            if not (2 <= len(short) <= 7 and short[:1].isupper() and short[-1:].isupper()):
                continue
            one, two = self._whole(short, hints), self._whole(" ".join(rest), hints)
            meant = {candidate.entity.id for candidate in two.candidates if candidate.judgement.accepted}
            if one.entity is not None and one.score >= 93 and one.entity.id in meant:
                return replace(one, query=text, score=90.0, reasons=(*two.reasons, f"{short} is its short name"))
        return None

    def _before_tail(self, text: str, hints: Hints, whole: Match) -> Match:
        """Try the name without what follows it, if that is an address, a department or a note on the owner."""
        for head, tail in heads(text):
            found = self._whole(head, hints)
            if found.decision != "match":
                found = self._parts(head, hints, found)
            if found.entity is not None and found.score >= 93:
                entity = found.entity
                reasons = [explained(part, entity) for part in tail]
                if all(reasons):
                    said = (f"{part!r}: {reason}" for part, reason in zip(tail, reasons, strict=True))
                    return replace(found, score=min(found.score, 92.0), reasons=(*found.reasons, *said))
        return whole

    def _by_bracket(self, text: str, body: str, bracket: str, hints: Hints, whole: Match) -> Match | None:
        """A short name in brackets decides between the candidates of the long one."""
        short = fold(bracket).replace(" ", "")
        if not 2 <= len(short) <= 7 or short in fold(body).split():
            return None
        found = self._whole(bracket, hints)
        fitting = {candidate.entity.id for candidate in whole.candidates if candidate.judgement.accepted}
        if found.entity and found.score >= 93 and found.entity.id in fitting:
            return replace(found, query=text, score=90.0, reasons=(*whole.reasons, f"the bracket says {bracket}"))
        return None

    def _alias(self, text: str, other: str, hints: Hints, whole: Match) -> Match:
        if whole.candidates and whole.candidates[0].judgement.accepted:
            return whole
        found = self._whole(other, hints)
        if found.entity is None or found.score < 95:
            return whole
        return replace(found, query=text, score=88.0, reasons=("the text gives this as another name of it",))

    def _follow(self, match: Match) -> Match:
        """Lead an inactive or withdrawn record to its successor."""
        entity, seen = match.entity, set()
        while entity and entity.status != "active" and entity.successors and entity.id not in seen:
            seen.add(entity.id)
            if len(entity.successors) > 1:
                reason = f"record is {entity.status} and has {len(entity.successors)} successors: choose one"
                return replace(match, decision="review", entity=None, replaced=entity, reasons=(*match.reasons, reason))
            following = self.index.by_id.get(entity.successors[0])
            if following is None:
                following = Entity(entity.successors[0], f"successor of {entity.label}")
            entity = following
        if entity is None or match.entity is None or entity.id == match.entity.id:
            if entity is not None and entity.status != "active":
                return replace(match, reasons=(*match.reasons, f"record is {entity.status}, no successor is named"))
            return match
        reason = f"{match.entity.label} is {match.entity.status}; led to its successor"
        return replace(match, entity=entity, replaced=match.entity, reasons=(*match.reasons, reason))


def _by_letters(entity: Entity, query: Name, reason: str) -> Candidate:
    return Candidate(entity, query, Judgement(93.0, (reason,)))


def _namesake(chosen: Candidate, candidates: Sequence[Candidate], query: Name) -> Candidate | None:
    """Another entity of the same core name that only the legal form rules out, unless that form is the chosen's own."""
    if chosen.score >= 100 or chosen.entity.heads_group or not query.legal or query.legal & chosen.name.legal:
        return None
    for other in candidates:
        objections = other.judgement.objections
        rival = other.entity.id != chosen.entity.id and other.score >= chosen.score
        rival = rival and not (other.name.countries and not chosen.name.countries)
        if rival and objections and all("legal form" in objection for objection in objections):
            return other
    return None


def _rank(judgement: Judgement) -> tuple[int, float]:
    return (int(not judgement.objections), judgement.score)


def _tied(accepted: Sequence[Candidate], query: Name) -> list[Candidate]:
    """The best, and those too near to it to be told apart by score."""
    ordered = sorted(accepted, key=lambda candidate: -candidate.score)
    top = ordered[0].score
    if top >= 100 and query.legal and sum(candidate.score >= 100 for candidate in ordered) == 1:
        return ordered[:1]
    margin = 2.5 if top >= 93 else 6.0
    return [candidate for candidate in ordered if candidate.score > top - margin]


def _settle(accepted: list[Candidate], query: Name, hints: Hints) -> list[Candidate]:
    """Tell namesakes apart: by country, by legal form, by status, by heading the group of the others."""
    wanted = set(query.countries) | ({hints.country} if hints.country else set())
    plain = {candidate.name.legal for candidate in accepted if not candidate.name.countries}
    best_literal = max(_literal(query, candidate) for candidate in accepted)
    tests: list[Callable[[Candidate], bool]] = [
        lambda c: c.entity.country in wanted,
        lambda c: not wanted and (not c.name.countries or c.name.legal not in plain),
        lambda c: bool(hints.city) and fold(hints.city) in {fold(city) for city in c.entity.cities},
        lambda c: _literal(query, c) == best_literal and best_literal >= 2,
        lambda c: bool(query.legal & c.name.legal),
        lambda c: c.entity.status == "active",
    ]
    for test in tests:
        left = [candidate for candidate in accepted if test(candidate)]
        if len(left) == 1:
            return left
        accepted = left or accepted
    ids = {candidate.entity.id for candidate in accepted}
    heads = [c for c in accepted if c.entity.heads_group and not ids & set(c.entity.parents)]
    others = [c for c in accepted if c not in heads]
    if len(heads) == 1 and all(c.entity.parents or _national(c.entity) for c in others):
        return heads
    return accepted


def _literal(query: Name, candidate: Candidate) -> int:
    """How many words stand in both names as they are spelled."""
    return len(set(query.words) & set(candidate.name.words))


def _national(entity: Entity) -> bool:
    """Whether the label ends with a country in brackets: the company of one country."""
    bracket = re.search(r"\(([^()]+)\)$", entity.label)
    return bool(bracket and fold(bracket[1]) in COUNTRIES)


__all__ = ["ACCEPT", "Candidate", "Hints", "Match", "Matcher"]
