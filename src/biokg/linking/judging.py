"""Is this name that name? A judgement with a score, the reasons for it, and what stands against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from biokg.linking.countries import COUNTRIES
from biokg.linking.names import Name, fold
from biokg.linking.places import CITIES
from biokg.linking.registry import Entity
from biokg.linking.typos import is_inner_slip, is_typo
from biokg.linking.words import (
    ADDABLE,
    ADDABLE_TO_INVESTORS,
    ADDABLE_TO_YOUNG,
    CONCEPTS,
    INVESTOR_TYPES,
    LEGAL_FORMS,
    PLAIN_WORDS,
    WEAK,
    WEAK_OF_INVESTORS,
    WEAK_OF_YOUNG,
    YOUNG_TYPES,
    word_set,
)

ACCEPT = 85.0
"""Scores run from 0 to 100; from here on a judgement without objection is a match."""

WordTest = Callable[[str], bool]
"""Tells a word of the registry from a misspelling; see :meth:`RegistryIndex.is_word`."""

COMMERCIAL = word_set("plc inc incorporated ltd gmbh ag kgaa llc lp kk")
NOT_FIRMS = word_set(
    "university education government regulator public-private-partnership international-organisation "
    "research-institute public-investor public-agency network-organisation hospital healthcare cluster facility archive"
)
"""Kinds that have no companies of one country: a country beside the name only says where they are."""
GENERIC = WEAK | frozenset(
    ["university", "hospital", "center", "institute", "foundation", "national", "royal", "free", "catholic"]
)


HARMLESS = frozenset({"group", "corporation", "company"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a query fits one name of one entity. ``objections`` forbid the match, whatever the score."""

    score: float
    reasons: tuple[str, ...]
    objections: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether this may be answered as a match."""
        return self.score >= ACCEPT and not self.objections


@dataclass(frozen=True, slots=True)
class Hints:
    """What the table says about the organization besides its name."""

    country: str = ""
    city: str = ""


NO_HINTS = Hints()


def is_firm(entity: Entity) -> bool:
    """Whether *entity* may be a firm: none of its kinds says otherwise."""
    return NOT_FIRMS.isdisjoint(entity.kind.replace("_", "-").split("|"))


def judge(query: Name, name: Name, entity: Entity, known: WordTest, hints: Hints = NO_HINTS) -> Judgement:
    """Judge *query* against one *name* of *entity*; *known* tells words of the registry from misspellings."""
    objections = [*_country_objections(query, name, entity, hints), *legal_objections(query, name, entity)]
    score, reasons, against = _words(query, name, entity, known)
    objections.extend(against)
    if hints.country and entity.country == hints.country:
        reasons = [*reasons, "country agrees"]
    if hints.city and fold(hints.city) in {fold(city) for city in entity.cities}:
        reasons = [*reasons, "city agrees"]
    return Judgement(score, tuple(reasons), tuple(objections))


def _country_objections(query: Name, name: Name, entity: Entity, hints: Hints) -> list[str]:
    own = {entity.country} if entity.country else set(name.countries)
    if query.countries:
        if own and not (query.countries & own):
            return [f"the name says {'/'.join(sorted(query.countries))}, the record {'/'.join(sorted(own))}"]
        if not own and is_firm(entity):
            return [f"the name says {'/'.join(sorted(query.countries))}; the record's country is not known"]
    said = query.countries or {COUNTRIES[word] for word in query.words if word in COUNTRIES}
    if name.inner_country and not said and hints.country != name.inner_country:
        return [f"the record names {name.inner_country}, the query no country"]
    if hints.country and own and hints.country not in own:
        return [f"the table says {hints.country}, the record {'/'.join(sorted(own))}"]
    return []


def legal_objections(query: Name, name: Name, entity: Entity) -> list[str]:
    """What the legal form in *query* says against *entity* under *name*."""
    telling = [form for form in query.legal if LEGAL_FORMS.get(form)]
    if not telling or (name is not query and query.legal & name.legal):
        return []
    if not is_firm(entity) and query.legal & COMMERCIAL:
        return [f"a {entity.kind} has no legal form {'/'.join(sorted(query.legal & COMMERCIAL))}"]
    allowed = frozenset().union(*(LEGAL_FORMS[form] for form in telling))
    if entity.country:
        if entity.country not in allowed:
            return [f"legal form {'/'.join(sorted(telling))} is not of {entity.country}"]
        return []
    own = [LEGAL_FORMS[form] for form in name.legal if LEGAL_FORMS.get(form)]
    if own and not any(allowed & countries for countries in own):
        return ["the legal forms are of different countries"]
    return []


def _words(query: Name, name: Name, entity: Entity, known: WordTest) -> tuple[float, list[str], list[str]]:
    if query.full == name.full:
        return 100.0, ["same name"], []
    if query.words == name.words:
        return 98.0, ["same name but for legal form, country or small words"], []
    if query.compact == name.compact or query.full.replace(" ", "") == name.full.replace(" ", ""):
        return 96.0, ["same letters, spaced otherwise"], []
    extra, missing = set(query.key - name.key), set(name.key - query.key)
    if not extra and not missing:
        if len(query.words) != len(name.words) and len(query.key) == 1:
            return 80.0, ["same word, repeated"], []
        return 95.0, ["same words in another order or language"], []
    if query.compact == core_letters(name):
        return 92.0, ["same letters but for a common word at the end"], []
    if _aligned(query, name, known):
        return 91.0, ["same words, one misspelled"], []
    pairs = _pair_spellings(query.key & name.key, extra, missing, known)
    if not extra and not missing:
        return 93.0 - 2 * len(pairs), pairs, []
    if _compact_typo(query, name, known):
        return 89.0, ["one or two letters differ in the whole name"], []
    return _loose(query, name, entity, pairs, (extra, missing))


def core_letters(name: Name) -> str:
    """The words of *name* up to its common last ones, joined, if two or more; empty if none can be left out."""
    words = name.words
    while len(words) > 2 and CONCEPTS.get(words[-1], words[-1]) in WEAK:
        words = words[:-1]
    return "".join(words) if len(words) < len(name.words) else ""


def _aligned(query: Name, name: Name, known: WordTest) -> bool:
    """Whether the words agree one by one, one of several being misspelled."""
    if len(query.words) != len(name.words) or len(query.words) < 2:
        return False
    differing = [(a, b) for a, b in zip(query.words, name.words, strict=True) if a != b]
    shared = [a for a, b in zip(query.words, name.words, strict=True) if a == b and len(a) > 2 and a not in GENERIC]
    return (
        len(differing) == 1 and bool(shared) and not known(differing[0][0]) and is_typo(*differing[0], in_context=True)
    )


def _compact_typo(query: Name, name: Name, known: WordTest) -> bool:
    if len(query.compact) < 7 or all(known(word) for word in query.words):
        return False
    if len(query.words) == len(name.words) and len(query.words) > 1:
        return False
    if query.compact.startswith(name.compact) or name.compact.startswith(query.compact):
        return False
    return is_typo(query.compact, name.compact)


def _pair_spellings(common: frozenset[str], extra: set[str], missing: set[str], known: WordTest) -> list[str]:
    """Say which word stands for which; the pairs leave *extra* and *missing*. At most three."""
    told: list[str] = []
    context = any(len(word) >= 3 and word not in GENERIC for word in common)
    beside = _Beside(bool(common), context, several=len(common) + len(extra) >= 3)
    for word in sorted(extra):
        near = next((other for other in sorted(missing) if _same_word(word, other, beside, known)), None)
        if near is not None and len(told) < 3:
            told.append(f"{word!r} for {near!r}")
            extra.discard(word)
            missing.discard(near)
    return told


@dataclass(frozen=True, slots=True)
class _Beside:
    """What agrees beside a word in question: any word, a word that tells, and whether there are several words."""

    common: bool
    context: bool
    several: bool


def _same_word(word: str, other: str, beside: _Beside, known: WordTest) -> bool:
    if word.rstrip("s") == other.rstrip("s") and len(word) > 3 and (beside.context or beside.several):
        return True
    if {word, other} == {"pharma", "pharmaceuticals"}:
        return True
    if known(word):
        return False
    if (
        (beside.context or beside.several)
        and 3 <= len(word) <= len(other) - 2
        and other.startswith(word)
        and len(other) >= 7
    ):
        return beside.several
    return is_typo(word, other, in_context=beside.context) or (beside.common and is_inner_slip(word, other))


def _loose(
    query: Name, name: Name, entity: Entity, pairs: list[str], words: tuple[set[str], set[str]]
) -> tuple[float, list[str], list[str]]:
    """Names of which one has words that the other lacks."""
    from rapidfuzz import fuzz

    extra, missing = words
    common = query.key & name.key
    if "hospital" in common and "university" in common:
        missing, extra = missing - {"center"}, extra - {"center"}
        if not missing and not extra and not pairs:
            return 94.0, ["same words, 'center' aside"], []
    places = {CONCEPTS.get(word, word) for city in entity.cities for word in fold(city).split()}
    added, against = _added(query, extra, entity, places)
    missing = missing - _country_words(missing, query.countries)
    lacking = _lacking(entity)
    if any(len(word) >= 5 and word not in CONCEPTS and word not in PLAIN_WORDS for word in common - places):
        lacking = lacking | places
    lacks = [f"lacks {word!r}" for word in sorted(missing & lacking)]
    objections = [*against, *(f"lacks {word!r} of the record's name" for word in sorted(missing - lacking))]
    core = common - GENERIC - places - {"pharma"}
    if not (missing or pairs or against) and extra <= _beside_it(name, extra, entity, places):
        return 92.0, added, []
    least = 4 if entity.kind in INVESTOR_TYPES else 5
    if missing and entity.kind in INVESTOR_TYPES and core <= frozenset(CONCEPTS):
        objections.append("what is left of the name says only what it does")
    if not any(len(word) >= least and word not in PLAIN_WORDS for word in core) and len(core) < 2:
        objections.append("what is left of the name is too short or common to tell")
    if pairs and len(core) < 2:
        objections.append("misspelled and with other words missing or added")
    reasons = [*pairs, *added, *lacks]
    if not objections:
        return 94.0 - 3 * (len(extra) + len(missing) + len(pairs)), reasons or ["same words"], []
    score = min(84.0, float(fuzz.token_set_ratio(" ".join(query.words), " ".join(name.words)) * 0.84))
    return score, reasons or ["some words in common"], objections


def _country_words(words: set[str], countries: frozenset[str]) -> set[str]:
    """Those of *words* that name one of *countries*, which the other name says in another place."""
    found: set[str] = set()
    for phrase, code in COUNTRIES.items() if countries else ():
        parts = {CONCEPTS.get(part, part) for part in phrase.split()}
        if code in countries and parts <= words:
            found |= parts
    return found


def _beside_it(name: Name, extra: set[str], entity: Entity, places: set[str]) -> set[str]:
    """Words that, beside the whole of *name*, however short, name nothing else."""
    allowed = places | {word for word in extra if entity.country in _countries_of(word, places, entity)}
    telling = any(len(word) >= 4 and word not in PLAIN_WORDS and word not in CONCEPTS for word in name.words)
    return allowed | HARMLESS if telling else allowed


def _lacking(entity: Entity) -> frozenset[str]:
    if entity.kind == "cluster":
        return WEAK | {"cluster"}
    if entity.kind in INVESTOR_TYPES:
        return WEAK_OF_INVESTORS
    return WEAK_OF_YOUNG if entity.kind in YOUNG_TYPES else WEAK


def _countries_of(word: str, places: set[str], entity: Entity) -> frozenset[str]:
    """Countries of a city beside a name that is not a firm's and whose own city is not known."""
    return frozenset() if places or is_firm(entity) else CITIES.get(word, frozenset())


def _added(query: Name, extra: set[str], entity: Entity, places: set[str]) -> tuple[list[str], list[str]]:
    """What the query adds: harmless words, and words that name something else."""
    addable = ADDABLE
    if entity.kind in YOUNG_TYPES:
        addable |= ADDABLE_TO_YOUNG
    elif entity.kind in INVESTOR_TYPES:
        addable |= ADDABLE_TO_INVESTORS
    elif entity.kind == "cluster":
        addable |= {"cluster"}
    harmless, against = [], []
    for word in sorted(extra):
        if word in addable:
            harmless.append(f"adds {word!r}")
        elif word in places or entity.country in (COUNTRIES.get(word, "?"), *_countries_of(word, places, entity)):
            harmless.append(f"adds its place {word!r}")
        elif len(word) == 1 and query.words[0] == word:
            harmless.append(f"adds the initial {word!r}")
        else:
            against.append(f"{word!r} is not in the record's name")
    return harmless, against
