"""A made-up organization registry in the format of ROR's data dump, for proofs of speed and of caution."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, TextIO


def words(text: str) -> tuple[str, ...]:
    """The words of *text*."""
    return tuple(text.split())


CITIES = (
    ("Aarville", "DK"), ("Bellmont", "FR"), ("Castrona", "IT"), ("Dornbeck", "DE"), ("Elsmere", "GB"),
    ("Farnholt", "NL"),
    ("Gravelin", "BE"), ("Hartsfield", "US"), ("Isolara", "ES"), ("Jannesund", "SE"), ("Kirkwall", "GB"),
    ("Lindau", "DE"), ("Marbella", "ES"), ("Norrvik", "NO"), ("Ostrava", "CZ"), ("Pontevale", "PT"), ("Quimper", "FR"),
    ("Rosenheim", "DE"), ("Sainte-Foy", "CA"), ("Tornio", "FI"), ("Umbertide", "IT"), ("Vallauris", "FR"),
    ("Westbrook", "US"), ("Yarmouth", "GB"), ("Zonhoven", "BE"), ("Nagareyama", "JP"), ("Suncheon", "KR"),
    ("Hosur", "IN"), ("Xianning", "CN"), ("Mildura", "AU"),
)  # fmt: skip
COUNTRY_NAMES = {
    "DK": "Denmark", "FR": "France", "IT": "Italy", "DE": "Germany", "GB": "United Kingdom", "NL": "Netherlands",
    "BE": "Belgium", "US": "United States", "ES": "Spain", "SE": "Sweden", "NO": "Norway", "CZ": "Czechia",
    "PT": "Portugal", "CA": "Canada", "FI": "Finland", "JP": "Japan", "KR": "South Korea", "IN": "India", "CN": "China",
    "AU": "Australia",
}  # fmt: skip
STARTS = words("al bar cel dor ex fen gal hem ino jax kor lum mer nov ost pra qua rig sol tev uli ver wex xan yor zel")
MIDDLES = words("a be cu di e fo gi lo ma ne o pi ra si ta u va xe")
ENDS = words("bio cell dyne gen lix max mune nia nova pha rex san tek tis vax vir xis zyme")
FIELDS = words("Biology Chemistry Physics Medicine Oncology Genetics Agronomy Economics Geology Mathematics Botany")
FORMS = ("University of {city}", "{city} University Hospital", "Institute of {field} {city}", "{city} {field} Center",
         "National Laboratory for {field} {number}", "{field} Research Foundation {city} {number}")  # fmt: skip
FIRMS = (
    "{word} ({country})",
    "{word} Pharmaceuticals ({country})",
    "{word} {field}",
    "{word} Therapeutics ({country})",
)


def ror_records(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """*count* records of schema 2; the same *seed* gives the same records. One in fifty is inactive."""
    draw = random.Random(seed)  # noqa: S311  (a made-up registry, no secret)
    for number in range(count):
        city, country = draw.choice(CITIES)
        city = city if draw.random() < 0.2 else draw.choice(STARTS).title() + draw.choice(MIDDLES) + city.lower()
        word = "".join((draw.choice(STARTS), draw.choice(MIDDLES), draw.choice(MIDDLES), draw.choice(ENDS))).title()
        firm = draw.random() < 0.35
        pattern = draw.choice(FIRMS if firm else FORMS)
        name = pattern.format(
            city=city, country=COUNTRY_NAMES[country], word=word, field=draw.choice(FIELDS), number=number
        )
        yield _record(number, name, (country, city), firm, draw)


def _record(number: int, name: str, place: tuple[str, str], firm: bool, draw: random.Random) -> dict[str, Any]:
    country, city = place
    names: list[dict[str, Any]] = [{"lang": "en", "types": ["ror_display", "label"], "value": name}]
    if draw.random() < 0.6:
        names.append({"lang": None, "types": ["alias"], "value": f"{name.partition(' (')[0]} {city}"})
    if draw.random() < 0.4:
        letters = "".join(word[0] for word in name.split() if word[0].isalpha()).upper()
        names.append({"lang": None, "types": ["acronym"], "value": letters + draw.choice("ABCDEFGHIJ")})
    inactive = draw.random() < 0.02 and number > 0
    relations = [{"type": "successor", "id": _identifier(number - 1), "label": "successor"}] if inactive else []
    return {
        "id": _identifier(number),
        "admin": {"created": {"date": "2020-01-01", "schema_version": "2.1"},
                  "last_modified": {"date": "2024-01-01", "schema_version": "2.1"}},
        "domains": [], "established": draw.randint(1850, 2020), "external_ids": [],
        "links": [{"type": "website", "value": f"https://example.org/{number}"}],
        "locations": [{"geonames_id": 1_000_000 + number, "geonames_details": {
            "name": city, "country_code": country, "country_name": COUNTRY_NAMES[country], "lat": 50.0, "lng": 4.0}}],
        "names": names, "relationships": relations,
        "status": "inactive" if inactive else "active",
        "types": ["company" if firm else "education"],
    }  # fmt: skip


def _identifier(number: int) -> str:
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, 32)
        digits = letters[rest] + digits
    return f"https://ror.org/0{digits}00"


def write_ror_dump(stream: TextIO, count: int, seed: int) -> None:
    """Write *count* records to *stream* as one JSON array, a record at a time."""
    for number, record in enumerate(ror_records(count, seed)):
        stream.write(("[" if number == 0 else ",\n") + json.dumps(record, ensure_ascii=False))
    stream.write("]\n" if count else "[]\n")
