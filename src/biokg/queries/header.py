"""The header of a canned query, parsed strictly.

A header is the run of ``#+`` lines at the top of the file::

    #+ title: Instruments by region
    #+ question: Which policy instruments apply in a region, and since when?
    #+ hypothesis: h1
    #+ sub-claim: h1a
    #+ role: supports
    #+ view: table
    #+ parameter: region
    #+   type: iri
    #+   default: any
    #+   allowed: bki:region/flanders bki:region/wallonia
    #+   description: Region in which the instrument applies

The rest of the file is a SPARQL query that runs as it stands. Each parameter is one block
``VALUES ?region { UNDEF }`` (or a default term); nothing else of the query may be changed by a parameter.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from biokg.errors import UsageError
from biokg.terms import QUERY

KEYS = ("title", "question", "hypothesis", "sub-claim", "role", "view", "note")
PARAMETER_KEYS = ("type", "default", "allowed", "description")
HYPOTHESES = ("h1", "h2", "h3", "h4", "across")
SUB_CLAIMS = ("h1a", "h1b", "h2a", "h2b", "h3a", "h3b", "h4a", "h4b", "none")
ROLES = ("supports", "counters", "context")
RESULT_VIEWS = ("table", "bar", "timeline", "network", "map")
TYPES = ("iri", "string", "integer", "decimal", "date", "boolean")
ANY = "any"

_LONG_STRING = r'"""(?:[^"\\]|\\.|"(?!""))*"""|' + r"'''(?:[^'\\]|\\.|'(?!''))*'''"
_SHORT_STRING = r'"(?:[^"\\\n]|\\.)*"' + r"|'(?:[^'\\\n]|\\.)*'"
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<iri><[^<>\"{}|^`\\\s]*>)"
    rf"|(?P<string>{_LONG_STRING}|{_SHORT_STRING})"
    rf"|(?P<values>\bVALUES\s+\?(?P<name>[A-Za-z_]\w*)\s*\{{(?P<inside>(?:[^{{}}<>\"']|<[^<>\s]*>|{_SHORT_STRING})*)\}})",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Parameter:
    """One parameter. ``default`` is ``None`` where the parameter is open (any value); values are written as text."""

    name: str
    type: str
    description: str
    default: str | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class CannedQuery:
    """A canned query: header and text. ``text`` runs as it stands; ``sha256`` is the hash of the whole file."""

    name: str
    group: str
    title: str
    question: str
    hypothesis: str
    sub_claim: str | None
    role: str
    view: str
    text: str
    parameters: tuple[Parameter, ...] = ()
    note: str = ""

    @property
    def iri(self) -> str:
        """Address of the query as a resource."""
        return QUERY + self.name

    @property
    def sha256(self) -> str:
        """Hash of the file, by which an assessment names the query it used."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or ``None``."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


@dataclass(frozen=True)
class Slot:
    """Where a ``VALUES`` block of one variable stands: the span of what its braces hold."""

    name: str
    start: int
    end: int


@lru_cache(maxsize=512)
def slots(text: str) -> tuple[Slot, ...]:
    """Every single-variable ``VALUES`` block of *text* outside comments, strings and IRIs."""
    found = (match for match in _TOKEN.finditer(text) if match.group("values") is not None)
    return tuple(Slot(match.group("name"), match.start("inside"), match.end("inside")) for match in found)


def _refuse(name: str, reason: str) -> UsageError:
    return UsageError(f"canned query {name}: {reason}", fix="Mend the #+ header of the .rq file.")


def _header_lines(text: str) -> list[str]:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        lines.append(line[2:].rstrip())
    return lines


def _fields(name: str, text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The header as plain fields and one mapping per parameter; refuses unknown, repeated and empty keys."""
    fields: dict[str, str] = {}
    parameters: list[dict[str, str]] = []
    for line in _header_lines(text):
        key, colon, value = line.strip().partition(":")
        value = value.strip()
        if not colon or not value:
            raise _refuse(name, f"header line {line.strip()!r} is not 'key: value'")
        if line.startswith("   "):
            target = parameters[-1] if parameters else None
            known: tuple[str, ...] = PARAMETER_KEYS
        elif key == "parameter":
            parameters.append({"name": value})
            continue
        else:
            target = fields
            known = KEYS
        if target is None or key not in known:
            raise _refuse(name, f"header key {key!r} is not known here")
        if key in target:
            raise _refuse(name, f"header key {key!r} stands twice")
        target[key] = value
    return fields, parameters


def _parameter(query: str, raw: dict[str, str]) -> Parameter:
    for key in ("type", "default", "description"):
        if key not in raw:
            raise _refuse(query, f"parameter {raw['name']!r} has no {key}")
    if raw["type"] not in TYPES:
        raise _refuse(query, f"parameter {raw['name']!r} has type {raw['type']!r}, not one of {', '.join(TYPES)}")
    default = None if raw["default"] == ANY else raw["default"]
    allowed = tuple(raw.get("allowed", "").split())
    if allowed and default is not None and default not in allowed:
        raise _refuse(query, f"parameter {raw['name']!r}: its default {default!r} is not among its allowed values")
    return Parameter(raw["name"], raw["type"], raw["description"], default, allowed)


def _check_choices(name: str, fields: dict[str, str]) -> None:
    for key in ("title", "question", "hypothesis", "sub-claim", "role", "view"):
        if key not in fields:
            raise _refuse(name, f"no {key}")
    choices: dict[str, tuple[str, ...]] = {
        "hypothesis": HYPOTHESES,
        "sub-claim": SUB_CLAIMS,
        "role": ROLES,
        "view": RESULT_VIEWS,
    }
    for key, allowed in choices.items():
        if fields[key] not in allowed:
            raise _refuse(name, f"{key} is {fields[key]!r}, not one of {', '.join(allowed)}")
    if fields["sub-claim"] != "none" and not fields["sub-claim"].startswith(fields["hypothesis"]):
        raise _refuse(name, f"sub-claim {fields['sub-claim']} does not belong to hypothesis {fields['hypothesis']}")


def parse_query(name: str, group: str, text: str) -> CannedQuery:
    """The canned query in *text*; raises :class:`UsageError` for anything the format does not allow."""
    fields, raw = _fields(name, text)
    _check_choices(name, fields)
    parameters = tuple(_parameter(name, entry) for entry in raw)
    counts = [slot.name for slot in slots(text)]
    for parameter in parameters:
        if counts.count(parameter.name) != 1:
            raise _refuse(
                name,
                f"parameter {parameter.name!r} needs exactly one VALUES block, found {counts.count(parameter.name)}",
            )
    return CannedQuery(
        name=name,
        group=group,
        title=fields["title"],
        question=fields["question"],
        hypothesis=fields["hypothesis"],
        sub_claim=None if fields["sub-claim"] == "none" else fields["sub-claim"],
        role=fields["role"],
        view=fields["view"],
        text=text,
        parameters=parameters,
        note=fields.get("note", ""),
    )
