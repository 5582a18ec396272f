"""Typed reading of the tables: every bad cell of every row is named, and nothing is half-loaded."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from biokg.errors import CellProblem, DataError
from biokg.knowledge.dates import parse_date
from biokg.knowledge.schema import Column, TableSchema, load_schemas

_NEAREST_SCORE = 70
_MAX_CHOICES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row: ``number`` is its line in the file (the header is line 1), absent cells are ``""``."""

    table: str
    number: int
    key: str
    cells: Mapping[str, str]
    separators: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def items(self, column: str) -> list[str]:
        """The values of a cell that may hold a list; one value for any other cell, none for an empty one."""
        text = self[column]
        separator = self.separators.get(column)
        if not text:
            return []
        return [part.strip() for part in text.split(separator) if part.strip()] if separator else [text]


Tables = Mapping[str, Sequence[Row]]


@dataclass
class TableReader:
    """Reads tables and collects what is wrong with them."""

    problems: list[CellProblem] = field(default_factory=list)
    label: str = ""

    def refuse(
        self, schema: TableSchema, row: int, column: str, value: str, *, reason: str, nearest: str | None = None
    ) -> None:
        """Note a bad cell."""
        self.problems.append(CellProblem(self.label or schema.file, row, column, value, reason, nearest))

    def check_cell(self, schema: TableSchema, row: int, column: Column, text: str) -> None:
        """One cell, each value of a list for itself."""
        if not text:
            if column.required:
                self.refuse(schema, row, column.name, text, reason=f"{column.name} is required")
            return
        values = [part.strip() for part in text.split(column.separator)] if column.separator else [text]
        for value in values:
            reason, nearest = cell_problem(column, value)
            if reason:
                self.refuse(schema, row, column.name, value, reason=reason, nearest=nearest)

    def check_row(self, schema: TableSchema, row: Row) -> None:
        """What spans several cells of a row: a date within its year, money with a currency."""
        names = {column.name for column in schema.columns}
        if {"year", "date"} <= names and row["year"] and row["date"] and not row["date"].startswith(row["year"]):
            self.refuse(schema, row.number, "date", row["date"], reason=f"the date is not in the year {row['year']}")
        if "currency" in names and not row["currency"]:
            for name in names:
                if name.endswith("_m") and row[name]:
                    self.refuse(schema, row.number, "currency", "", reason=f"{name} is given without a currency")
                    break
        for first, last in (("year_start", "year_end"), ("earliest", "latest")):
            if row[first] and row[last] and row[last][:4] < row[first][:4]:
                self.refuse(schema, row.number, last, row[last], reason=f"{last} is before {first} {row[first]}")

    def read(self, schema: TableSchema, lines: Iterable[str], label: str = "") -> Iterator[Row]:
        """The rows of one table, bad ones too; what is wrong with them is noted under *label* (default: the file)."""
        self.label = label
        reader = csv.reader(lines, strict=True)
        header = next(reader, None)
        columns = {column.name: column for column in schema.columns}
        if header is None or not self._header_is_good(schema, header):
            if header is None:
                self.refuse(schema, 1, schema.key, "", reason="the file is empty")
            return
        separators = {column.name: column.separator for column in schema.columns if column.separator}
        while True:
            start = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.refuse(schema, start, header[0], "", reason=f"not readable as CSV ({error})")
                return
            if not values:
                continue
            if len(values) != len(header):
                self.refuse(
                    schema,
                    start,
                    header[0],
                    values[0],
                    reason=f"{len(values)} cells where the header has {len(header)}",
                )
                continue
            row = self._row(schema, start, dict(zip(header, values, strict=True)), columns, separators)
            self.check_row(schema, row)
            yield row

    def _row(
        self,
        schema: TableSchema,
        number: int,
        written: Mapping[str, str],
        columns: Mapping[str, Column],
        separators: Mapping[str, str],
    ) -> Row:
        """One row from the cells as written; null cells are left out."""
        cells: dict[str, str] = {}
        for name, value in written.items():
            column = columns[name]
            text = "" if value.strip() in column.null else value.strip()
            self.check_cell(schema, number, column, text)
            if text:
                cells[name] = text
        return Row(schema.name, number, cells.get(schema.key, ""), cells, separators)

    def _header_is_good(self, schema: TableSchema, header: Sequence[str]) -> bool:
        known = [column.name for column in schema.columns]
        good = True
        for name in header:
            if name not in known:
                self.refuse(schema, 1, name, name, reason="unknown column", nearest=nearest(name, known))
                good = False
        for column in schema.columns:
            if (column.required or column.name == schema.key) and column.name not in header:
                self.refuse(schema, 1, column.name, "", reason="this column is missing")
                good = False
        if len(set(header)) != len(header):
            self.refuse(schema, 1, header[0], "", reason="a column name stands twice")
            good = False
        return good

    def check_keys(self, schema: TableSchema, rows: Sequence[Row], label: str = "") -> None:
        """No id stands twice."""
        self.label = label
        first: dict[tuple[str, ...], int] = {}
        for row in rows:
            key = tuple(row[column] for column in schema.keys)
            if key in first:
                self.refuse(
                    schema, row.number, schema.key, row.key, reason=f"this id stands in line {first[key]} already"
                )
            first.setdefault(key, row.number)

    def check_references(
        self, schema: TableSchema, rows: Sequence[Row], values: Mapping[tuple[str, str], set[str]], label: str = ""
    ) -> None:
        """Every reference leads to a row."""
        self.label = label
        for key in schema.foreign_keys:
            known = values[key.to_table, key.to_column]
            for row in rows:
                for value in row.items(key.column):
                    if value not in known:
                        self.refuse(
                            schema,
                            row.number,
                            key.column,
                            value,
                            reason=f"not in {key.to_table}.csv",
                            nearest=nearest(value, known),
                        )


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The known value most like *value*, or ``None`` when none is much like it."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(value, list(known), scorer=fuzz.ratio, score_cutoff=_NEAREST_SCORE)
    return found[0] if found else None


def cell_problem(column: Column, value: str) -> tuple[str, str | None]:
    """Why *value* is no value of *column* (``""`` when it is one) and the nearest value that would be."""
    if column.base in {"integer", "decimal"}:
        return _number_problem(column, value)
    if column.choices:
        if value in column.choices:
            return "", None
        shown = ", ".join(column.choices[:_MAX_CHOICES_SHOWN])
        more = ", …" if len(column.choices) > _MAX_CHOICES_SHOWN else ""
        return f"not one of {shown}{more}", nearest(value, column.choices)
    if column.pattern and not column.pattern.fullmatch(value):
        return _PATTERN_REASONS.get(column.name, f"does not have the form {column.pattern.pattern}"), None
    if column.name in {"date", "earliest", "latest"} and parse_date(value) is None:
        return "no such day in the calendar", None
    return "", None


_PATTERN_REASONS = {
    "source": "a source is “dissertation” or a web address",
    "date": "a date is YYYY, YYYY-MM or YYYY-MM-DD",
    "currency": "a currency is its three-letter code",
    "id": "an id is made of lower-case letters, digits and hyphens",
}


def _number_problem(column: Column, value: str) -> tuple[str, str | None]:
    try:
        number = Decimal(value)
    except InvalidOperation:
        mended = re.sub(r"[^0-9.]", "", value)
        return "not a number", mended or None
    if not number.is_finite():
        return "not a number", None
    if column.base == "integer" and not re.fullmatch(r"[+-]?[0-9]+", value):
        return "not a whole number", str(int(number))
    if column.minimum is not None and number < column.minimum:
        return f"less than {column.minimum:g}", None
    if column.maximum is not None and number > column.maximum:
        return f"more than {column.maximum:g}", None
    return "", None


def read_tables(folder: Path) -> dict[str, list[Row]]:
    """All tables of *folder*, checked against its ``metadata.json``.

    Raises :class:`DataError` that names every bad cell, or :class:`StoreError` without metadata.
    """
    schemas = load_schemas(folder)
    reader = TableReader()
    tables: dict[str, list[Row]] = {}
    for name, schema in schemas.items():
        path = folder / schema.file
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                tables[name] = list(reader.read(schema, lines))
        except (OSError, UnicodeDecodeError) as error:
            reader.refuse(schema, 1, schema.key, "", reason=f"cannot be read ({error})")
            tables[name] = []
    values = key_values(schemas, tables)
    for name, schema in schemas.items():
        reader.check_keys(schema, tables[name])
        reader.check_references(schema, tables[name], values)
    if reader.problems:
        raise DataError(reader.problems, fix="mend the cells named above; the last good graph stays in use")
    return tables


def key_values(schemas: Mapping[str, TableSchema], tables: Tables) -> dict[tuple[str, str], set[str]]:
    """The values that foreign keys may point to, by table and column."""
    wanted = {(key.to_table, key.to_column) for schema in schemas.values() for key in schema.foreign_keys}
    return {(table, column): {row[column] for row in tables.get(table, ())} for table, column in wanted}
