"""What people write around a name: broken characters before it is read; addresses, departments, owners after it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from biokg.linking.countries import COUNTRIES
from biokg.linking.judging import is_firm
from biokg.linking.names import fold
from biokg.linking.places import CITIES
from biokg.linking.registry import Entity
from biokg.linking.words import CONCEPTS, LEGAL_FORMS, STOP_WORDS, YOUNG_TYPES, word_set

DEPARTMENTS = word_set(
    "dept dpt department departement departments departamento dipartimento fac faculty faculte faculteit fakultat "
    "facolta facultad vakgroep afdeling division section unit service lab laboratory laboratoire laboratorium"
)
"""A part that begins with one of these is a part of the organization named beside it."""

_DEPARTMENT = re.compile(
    r"\s+(?=(?:dept\.?|department|département|fac\.|faculty|faculté|faculteit|vakgroep)\s+(?:of|de|des|d'|van|voor|\w))",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"^(?:an?|now an?|part of|now part of|member of|a member of|owned by|subsidiary of|a subsidiary of)\s+\S",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:company|companies|group|subsidiary|member|business)\b|^(?:part|member|owned|now part)", re.I
)
_BROKEN = re.compile(
    "[ÃÂâÅ][\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122 ]"
)
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_QUARTERS = word_set("north south east west greater cedex")
_SPLIT = re.compile(r"\s*,\s*|\s+[-–—]\s+|\s*;\s*")
_PLACE_NOISE = re.compile(r"\b[A-Z]{0,2}-?\d[\d\s-]*\b|\b[A-Z]{2}$")


def mended(text: str) -> str:
    """*text* with HTML entities resolved and UTF-8 that was read as Latin-1 put right.

    >>> mended("Universit&eacute; de Li&egrave;ge"), mended("UniversitÃ© de LiÃ¨ge"), mended("Galapagos & Co")
    ('Université de Liège', 'Université de Liège', 'Galapagos & Co')
    """
    if "&" in text and ";" in text:
        text = html.unescape(html.unescape(text))
    if not text.isascii() and _BROKEN.search(text):
        text = _decoded(text)
    return text


def _decoded(text: str) -> str:
    raw = bytearray()
    for letter in text.replace("Ã ", "Ã\u00a0"):
        try:
            raw += letter.encode("cp1252")
        except UnicodeEncodeError:
            if ord(letter) > 255:
                return text
            raw.append(ord(letter))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return text


def heads(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The beginnings of *text* that may be the whole name, the longest first, each with the parts that it leaves.

    What stands in brackets is a part; a department named first is set aside as one named last.

    >>> list(heads("Dept. of Botany, Ghent University, Belgium"))
    [('Ghent University, Belgium', ('Dept. of Botany',)), ('Ghent University', ('Dept. of Botany', 'Belgium'))]
    """
    flat = _BRACKETED.sub(r", \1, ", text)
    parts = [part for part in _SPLIT.split(_DEPARTMENT.sub(", ", flat)) if part.strip(" .")]
    leading = []
    while len(parts) > 1 and is_department(parts[0]):
        leading.append(parts.pop(0))
    for length in range(len(parts) if leading else len(parts) - 1, 0, -1):
        yield ", ".join(parts[:length]), (*leading, *parts[length:])


def is_department(part: str) -> bool:
    """Whether *part* names a department of something."""
    words = fold(part).split()
    return len(words) > 1 and words[0] in DEPARTMENTS


def explained(part: str, entity: Entity) -> str:
    """Why *part*, written beside the name of *entity*, names nothing else; empty if it may."""
    words = fold(part).split()
    if is_department(part) and words[0] not in ("division", "unit", "section", "service"):
        return "a department of it"
    if all(word in LEGAL_FORMS for word in words):
        return "legal form"
    if _OWNER.search(part) and _COMPANY.search(part):
        return "says whose it is"
    country = COUNTRIES.get(fold(part))
    if country:
        return "country agrees" if country == entity.country else ""
    return _place(part, entity)


def _place(part: str, entity: Entity) -> str:
    """Whether *part* is where *entity* is: its city or, where that cannot mislead, a city of its country.

    It cannot where no city is known of it, and for a small research firm, which has no sister elsewhere.
    """
    place = " ".join(CONCEPTS.get(word, word) for word in fold(_PLACE_NOISE.sub(" ", part)).split())
    own = {CONCEPTS.get(word, word) for city in entity.cities for word in fold(city).split()}
    if not place:
        return "part of an address"
    if set(place.split()) - STOP_WORDS - _QUARTERS <= own:
        return "its place"
    countries = CITIES.get(place, frozenset())
    if entity.country in countries and (not own or entity.kind in YOUNG_TYPES):
        return "a city of its country"
    if countries and not own and not entity.country and (not is_firm(entity) or entity.kind in YOUNG_TYPES):
        return "a city"
    return ""
