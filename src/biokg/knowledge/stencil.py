"""Many rows of one form become RDF by one example: mapped, reasoned over and judged once, then filled in for each row.

Two rows have the same form when they differ only in cells whose value the mapping copies (an id, a name, free text, a
source, a day, a number, an organisation referred to) and never asks about. For such cells the example holds probes
that occur nowhere else; where a probe stands in the example's quads, the row's own value goes. All other cells, the
side of the cut-off, and whether an organisation was there by 2016 belong to the form itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from biokg.knowledge.dates import CUT_OFF, Span, parse_date, period
from biokg.knowledge.emit import decimal, document_iri, page_iri
from biokg.knowledge.tables import Row
from biokg.terms import PREFIXES, slug

if TYPE_CHECKING:
    from biokg.knowledge.context import Context

_STRING = PREFIXES["xsd"] + "string"
_PROBE = re.compile(r"zq([0-9]+)x([a-z]+)zq")
_MILLION = 1_000_000


@dataclass(frozen=True)
class Freedom:
    """The cells of a table that the mapping only copies; ``asked`` says which rows it looks into after all."""

    texts: tuple[str, ...]
    organizations: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    spans: tuple[tuple[str, ...], ...] = ()
    asked: Callable[[Row], bool] = lambda _row: False


FREEDOMS: Mapping[str, Freedom] = {
    "organizations": Freedom(
        ("name", "aliases", "role", "city", "country", "specialisation", "technology_platform", "locator", "note"),
        spans=(("founded_year",), ("ipo_year",)),
        asked=lambda row: any(mark in row["aliases"] for mark in ";("),
    ),
    "alliances": Freedom(
        ("subject", "other_terms", "locator", "note"),
        organizations=("nbf_id", "partner_id"),
        numbers=("upfront_amount_m", "milestones_max_m", "total_max_m", "equity_amount_m"),
        spans=(("year", "date"),),
        asked=lambda row: (
            row["kind"] in {"joint_venture", "merger_acquisition"} or row["dissertation_mention"] == "yes"
        ),
    ),
    "status_events": Freedom(
        ("description", "locator", "note"),
        organizations=("org_id",),
        numbers=("amount_m",),
        spans=(("earliest", "latest"),),
    ),
    "indicators": Freedom(("name", "value_text", "rank", "locator", "note"), numbers=("value",), spans=(("year",),)),
    "policies": Freedom(("goal", "locator", "note", "name"), spans=(("year_start", "date_start"), ("year_end",))),
}
"""Tables whose rows may share a form; the rows of any other table are mapped one by one."""


def span_of(row: Row, columns: Sequence[str]) -> Span | None:
    """The span of days that *columns* state: one date, a date that narrows a year, or a period."""
    if columns == ("earliest", "latest"):
        return period(row["earliest"], row["latest"])
    return parse_date(next((row[name] for name in reversed(columns) if row[name]), ""))


def form_of(row: Row, freedom: Freedom, here: frozenset[str]) -> tuple[object, ...] | None:
    """What rows of one form have in common; ``None`` for a row that has to be mapped by itself."""
    if freedom.asked(row) or row["source"] == "dissertation" or " | " in row["source"]:
        return None
    free = {*freedom.texts, *freedom.organizations, *freedom.numbers, "id", "source"}
    dated = {name for columns in freedom.spans for name in columns}
    fixed = tuple((name, "" if name in free else cell) for name, cell in row.cells.items() if name not in dated)
    times: list[object] = []
    for columns in freedom.spans:
        shape = _time_shape(row, columns)
        if shape is None:
            return None
        times.append(shape)
    there = tuple(row[name] in here for name in ("id", *freedom.organizations))
    return (row.table, fixed, tuple(times), there)


def _time_shape(row: Row, columns: Sequence[str]) -> tuple[object, ...] | None:
    cells = [row[name] for name in columns]
    if not any(cells):
        return ("",)
    spans = [parse_date(cell) for cell in cells if cell]
    whole = span_of(row, columns)
    if whole is None or None in spans:
        return None
    years = {cell[:4] for cell in cells if cell}
    sides = tuple(cell[:4] > str(CUT_OFF.year) for cell in cells)
    return (tuple(map(len, cells)), len(set(filter(None, cells))), len(years), sides, whole.precision)


@dataclass(frozen=True)
class Example:
    """The probe row of one form, the first row it stands for, and the literals that stand for a number or a day."""

    number: int
    first: Row
    freedom: Freedom
    row: Row
    literals: Mapping[str, tuple[str, str]]
    words: Mapping[str, tuple[str, str]]

    def organizations(self) -> dict[str, Row]:
        """The probes that stand for organisations, by id."""
        return {
            self.row[name]: Row("organizations", 0, self.row[name], _named(self.row[name], self.number, name), {})
            for name in self.freedom.organizations
            if self.row[name]
        }

    def stands_for(self, key: str, others: Container[str]) -> bool:
        """Whether the row that the probe *key* stands for has its id among *others*."""
        return any(self.row[name] == key and self.first[name] in others for name in ("id", *self.freedom.organizations))


def _named(key: str, number: int, column: str) -> dict[str, str]:
    return {"id": key, "name": _probe(number, column + "_name")}


def example_of(number: int, first: Row, freedom: Freedom) -> Example:
    """The probe row for the form of *first*."""
    cells = dict(first.cells)
    words = {}
    for name in ("id", *freedom.texts, *freedom.organizations):
        if name in cells:
            cells[name] = _probe(number, name)
            words[cells[name]] = ("", name)
    for name in freedom.organizations:
        words[_probe(number, name + "_name")] = ("name", name)
    cells["source"] = f"https://{_probe(number, 'source')}.example/"
    for place, name in enumerate(freedom.numbers):
        if name in cells:
            cells[name] = f"{7001 + 10 * place}.25"
    for place, columns in enumerate(freedom.spans):
        cells.update(_probe_dates(first, columns, place))
    row = Row(first.table, first.number, cells["id"], cells, first.separators, first.file)
    return Example(number, first, freedom, row, _literals(row, freedom), words)


def _probe(number: int, column: str) -> str:
    return f"zq{number}x{column.replace('_', '')}zq"


def _probe_dates(row: Row, columns: Sequence[str], place: int) -> dict[str, str]:
    """Dates that no row holds, of the same precision, order and side of the cut-off."""
    made: dict[str, str] = {}
    years: dict[str, int] = {}
    for name in columns:
        cell = row[name]
        if not cell:
            continue
        late = cell[:4] > str(CUT_OFF.year)
        year = years.setdefault(cell[:4], (2040 if late else 1601) + 10 * place + len(years))
        same = next((made[before] for before in made if row[before] == cell), None)
        month = len(made) + 3
        made[name] = same or f"{year:04d}-{month:02d}-{month + 2:02d}"[: len(cell)]
    return made


def _literals(row: Row, freedom: Freedom) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name in freedom.numbers:
        if row[name]:
            found[decimal(row[name]).value] = ("number", name)
            found[decimal(row[name], _MILLION).value] = ("millions", name)
    for place, columns in enumerate(freedom.spans):
        span = span_of(row, columns)
        if span is None:
            continue
        for kind, day in (("earliest", span.earliest), ("latest", span.latest)):
            if day:
                found.setdefault(day.isoformat(), (kind, str(place)))
        if span.year is not None:
            found[str(span.year)] = ("year", str(place))
    return found


def escaped(text: str) -> str:
    """*text* as N-Quads write it between quotes."""
    plain = text.isprintable() and '"' not in text and "\\" not in text
    return text if plain else str(Literal(text))[1:-1]


class Stencil:
    """The lines of an example with places for the values of a row; those with the row's id apart from the others."""

    def __init__(self, example: Example, context: Context) -> None:
        self.example, self.context = example, context
        self.own: list[str] = []
        self.shared: list[str] = []
        self._slots: dict[str, tuple[str, str]] = {}
        self._document = document_iri(example.row["source"])

    def add(self, quads: Iterable[Quad]) -> None:
        """Take in quads of the example."""
        for quad in quads:
            terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
            line = " ".join(map(self._term, terms)) + " ."
            (self.own if "{iri_id}" in line else self.shared).append(line)

    def words(self, text: str, row: Row) -> str:
        """*text* about the example as it reads for *row*."""
        return self._filled(text.replace("{", "{{").replace("}", "}}"), "text").format(**self.values(row))

    def values(self, row: Row) -> dict[str, str]:
        """What goes into each place for *row*."""
        return {name: self._value(kind, column, row) for name, (kind, column) in self._slots.items()}

    def _value(self, kind: str, column: str, row: Row) -> str:
        if kind in {"earliest", "latest", "year"}:
            return str(getattr(span_of(row, self.example.freedom.spans[int(column)]), kind))
        return _VALUES[kind](row[column], self.context)

    def _term(self, term: object) -> str:
        if isinstance(term, NamedNode):
            text = term.value
            if self._document in text:
                text = text.replace(self._document, self._slot("document", "source"))
            return f"<{self._filled(text, 'iri')}>"
        if not isinstance(term, Literal):
            return str(term)
        known = self.example.literals.get(term.value)
        plain = escaped(term.value).replace("{", "{{").replace("}", "}}")
        body = self._slot(*known) if known else self._filled(plain, "text")
        if term.language:
            return f'"{body}"@{term.language}'
        return f'"{body}"' if term.datatype.value == _STRING else f'"{body}"^^<{term.datatype.value}>'

    def _filled(self, text: str, where: str) -> str:
        """*text* with places instead of probes."""
        source = self.example.row["source"]
        if source in text:
            text = text.replace(source, self._slot("page" if where == "iri" else "text", "source"))

        def place(match: re.Match[str]) -> str:
            kind, column = self.example.words[match.group(0)]
            return self._slot(kind or where, column)

        return _PROBE.sub(place, text)

    def _slot(self, kind: str, column: str) -> str:
        self._slots[f"{kind}_{column}"] = (kind, column)
        return f"{{{kind}_{column}}}"


_VALUES: Mapping[str, Callable[[str, Context], str]] = {
    "text": lambda cell, _context: escaped(cell),
    "iri": lambda cell, _context: slug(cell),
    "name": lambda cell, context: escaped(context.name(cell)),
    "page": lambda cell, _context: page_iri(cell),
    "document": lambda cell, _context: document_iri(cell),
    "number": lambda cell, _context: decimal(cell).value,
    "millions": lambda cell, _context: decimal(cell, _MILLION).value,
}


def example_number(text: str) -> int | None:
    """The number of the example that a term or a line tells of; ``None`` when it tells of none."""
    found = _PROBE.search(text)
    return int(found.group(1)) if found else None
