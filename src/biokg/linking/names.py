"""Reading an organization's name: what in it names, what is legal form, country, place, acronym or remark."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from biokg.linking.countries import COUNTRIES
from biokg.linking.words import (
    CONCEPTS,
    LEGAL_FORMS,
    LEGAL_SPELLINGS,
    NOTE_WORDS,
    PHRASES,
    STOP_WORDS,
    word_set,
)

_SPECIAL = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "&": " and ",
     "+": " plus ", "’": "'", "‘": "'", "`": "'", "´": "'"}
)  # fmt: skip
_ASCII = {code: " " for code in range(128) if not chr(code).isalnum()}
_DOTTED = re.compile(r"\b(?:[a-z][./]\s?){1,}[a-z]\b\.?")
_RESEARCH = re.compile(r"\br\s?&\s?d\b")
_OTHER = re.compile(r"[^a-z0-9]+")
_POSSESSIVE = re.compile(r"'s\b")
_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


def fold(text: str) -> str:
    """*text* in lower-case ASCII letters, digits and single spaces; ``N.V.`` is one word, ``&`` is ``and``.

    >>> fold("Université de Liège (S.A./N.V.)")
    'universite de liege sa nv'
    >>> fold("Fund+ A/S")
    'fund plus as'
    """
    if not text.isascii():
        text = text.translate(_SPECIAL)
        text = unicodedata.normalize("NFKD", text).lower().translate(_SPECIAL)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    else:
        text = text.lower()
        if "&" in text or "+" in text:
            text = _RESEARCH.sub("research and development", text).translate(_SPECIAL)
    if "." in text or "/" in text:
        text = _undot(text)
    if "'" in text:
        text = _POSSESSIVE.sub("s", text)
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    return _OTHER.sub(" ", text).strip() or unicodedata.normalize("NFKC", text).strip()


def _undot(text: str) -> str:
    text = text.replace("s.a./n.v.", "sa nv").replace("n.v./s.a.", "nv sa")
    return _DOTTED.sub(lambda found: re.sub(r"[./\s]", "", found.group()) + " ", text)


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart. ``words`` are the folded words that name, ``key`` the same as concepts,
    ``inner_country`` the country named outside brackets."""

    text: str
    full: str
    words: tuple[str, ...]
    key: frozenset[str]
    compact: str
    legal: frozenset[str]
    countries: frozenset[str]
    brackets: tuple[str, ...] = ()
    inner_country: str = ""


def _key(words: tuple[str, ...]) -> frozenset[str]:
    """The language-free words that *words* stand for."""
    heads = [_HEADS.get(word, word) for word in words]
    if _SPELLED.isdisjoint(words):
        return frozenset(heads)
    return frozenset(concept for word in words for concept in PHRASES.get(word, (_HEADS.get(word, word),)))


_HEADS = dict(CONCEPTS)
_SPELLED = frozenset(PHRASES)


def parse(text: str) -> Name:
    """Take *text* apart. Brackets are set aside; the rest is never left empty.

    >>> sorted(parse("Universiteit Gent").key)
    ['gent', 'university']
    >>> parse("GlaxoSmithKline Biologicals S.A. (Belgium)").countries
    frozenset({'BE'})
    """
    brackets: tuple[str, ...] = ()
    body = text
    if "(" in text or "[" in text:
        found = _BRACKET.findall(text)
        outside = _BRACKET.sub(" ", text)
        if outside.strip(" ,;-"):
            brackets, body = tuple(part.strip() for part in found if part.strip()), outside
    full = fold(body)
    words = full.split() or [full]
    words, legal, countries = _trim(words)
    inner = min(countries, default="")
    for bracket in brackets:
        code = COUNTRIES.get(fold(bracket))
        if code:
            countries.add(code)
        elif all(part in LEGAL_FORMS for part in fold(bracket).split()):
            legal.update(LEGAL_SPELLINGS.get(word, word) for word in fold(bracket).split())
    kept = tuple([word for word in words if word not in STOP_WORDS]) or tuple(words)
    key = _key(kept)
    return Name(text, full, kept, key, "".join(kept), frozenset(legal), frozenset(countries), brackets, inner)


_ENDS = frozenset(LEGAL_FORMS) | {country.split()[-1] for country in COUNTRIES} | {"and"}
_LEADING = word_set("nv sa asbl vzw sprl bvba spa sas ooo")


def _trim(words: list[str]) -> tuple[list[str], set[str], set[str]]:
    """Words without legal forms and countries at either end; at least one word is left."""
    legal: set[str] = set()
    countries: set[str] = set()
    if words[-1] not in _ENDS and words[0] not in _LEADING:
        return words, legal, countries
    changed = True
    while changed and len(words) > 1:
        changed = False
        for length in (3, 2, 1):
            if len(words) > length and (code := COUNTRIES.get(" ".join(words[-length:]))) and _names(words[:-length]):
                countries.add(code)
                words, changed = words[:-length], True
                break
        if len(words) > 1 and words[-1] in LEGAL_FORMS and _names(words[:-1]):
            legal.add(LEGAL_SPELLINGS.get(words[-1], words[-1]))
            words, changed = words[:-1], True
        elif len(words) > 1 and words[-1] == "and" and legal:
            words, changed = words[:-1], True
    while len(words) > 2 and words[0] in _LEADING:
        legal.add(words[0])
        words = words[1:]
    return words, legal, countries


def _names(words: list[str]) -> bool:
    """Whether *words* still name something: ``University of`` alone does not."""
    left = [word for word in words if word not in STOP_WORDS]
    return (
        bool(left)
        and words[-1] not in STOP_WORDS - {"and"}
        and any(CONCEPTS.get(word, word) not in _GENERIC for word in left)
    )


_GENERIC = word_set(
    "university institute government agency foundation center society association hospital ministry "
    "department bank national royal federal research council academy college school fund federation "
    "institution bio pharma biotech"
)


def is_remark(bracket: str) -> bool:
    """Whether the text in brackets says something about the name rather than being one."""
    return any(word in NOTE_WORDS for word in fold(bracket).split())


def is_short_for(short: str, long: str) -> bool:
    """Whether *short* can be read as an abbreviation of *long* (same first letter, letters in order).

    >>> is_short_for("LabCorp", "Laboratory Corporation of America")
    True
    >>> is_short_for("Novartis", "Alcon")
    False
    """
    letters, name = fold(short).replace(" ", ""), fold(long).replace(" ", "")
    if short.isupper() and len(letters) >= 3 and sorted(letters) == sorted(_initials(long)):
        return True
    if not letters or not name or letters[0] != name[0] or len(letters) * 1.5 > len(name):
        return False
    rest = iter(name)
    return all(letter in rest for letter in letters)


def _initials(text: str) -> str:
    return "".join(word[0] for word in fold(text).split() if word not in STOP_WORDS)


def other_names(text: str) -> list[str]:
    """Names in the brackets of *text*: its acronym, or the long form of a short name.

    >>> other_names("EMA (European Medicines Agency)")
    ['European Medicines Agency']
    >>> other_names("Alcon (Novartis)")
    []
    """
    body = _BRACKET.sub(" ", text).strip()
    found = []
    for bracket in _BRACKET.findall(text):
        if not bracket.strip() or is_remark(bracket) or fold(bracket) in COUNTRIES:
            continue
        short_body = len(body) <= 7 and body.upper() == body and len(bracket.split()) >= 3
        if short_body or is_short_for(bracket, body) or is_short_for(body, bracket):
            found.append(bracket.strip())
    return found
