"""Typed reading of the tables: every bad cell of every row is named, and nothing is half-loaded."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from biokg.errors import CellProblem, DataError
from biokg.knowledge.cells import cell_problem, nearest, text_problem
from biokg.knowledge.row_rules import row_problems
from biokg.knowledge.schema import Column, TableSchema, load_schemas
from biokg.knowledge.table_text import broken_cell, other_separator, remembered, separator_name

_MOST_CELL = 1 << 24
"""Characters of a cell that the reader takes in to judge it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row: ``number`` is its line in the file (the header is line 1), absent cells are ``""``."""

    table: str
    number: int
    key: str
    cells: Mapping[str, str]
    separators: Mapping[str, str]
    file: str = ""

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


class _Reader(Protocol):
    """What a reader of the csv module is."""

    line_num: int

    def __next__(self) -> list[str]: ...

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass
class TableReader:
    """Reads tables and collects what is wrong with them."""

    problems: list[CellProblem] = field(default_factory=list)
    label: str = ""
    _nearest: dict[tuple[str, str], str | None] = field(default_factory=dict)

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
        reason, near = text_problem(text)
        if reason:
            self.refuse(schema, row, column.name, text[:80], reason=reason, nearest=near)
            return
        values = [part.strip() for part in text.split(column.separator)] if column.separator else [text]
        for value in values:
            reason, near = cell_problem(column, value)
            if reason:
                self.refuse(schema, row, column.name, value, reason=reason, nearest=near)

    def check_row(self, schema: TableSchema, row: Row) -> None:
        """What spans several cells of a row."""
        for problem in row_problems(schema.name, row.__getitem__):
            self.refuse(
                schema, row.number, problem.column, problem.value, reason=problem.reason, nearest=problem.nearest
            )

    def read(self, schema: TableSchema, lines: Iterable[str], label: str = "") -> Iterator[Row]:
        """The rows of one table, bad ones too; what is wrong with them is noted under *label* (default: the file).

        A row whose cells are all empty is no row. The limit of the csv module on a cell's length is lifted meanwhile.
        """
        self.label = label or self.label
        held: list[str] = []
        reader = csv.reader(remembered(lines, held), strict=True)
        limit = csv.field_size_limit(_MOST_CELL)
        try:
            header = self._header(schema, reader)
            if header:
                yield from self._rows(schema, reader, header, held)
        except csv.Error as error:
            self.refuse(schema, 1, schema.key, "", reason=f"the header is not readable as CSV ({error})")
        finally:
            csv.field_size_limit(limit)

    def _rows(self, schema: TableSchema, reader: _Reader, header: Sequence[str], held: list[str]) -> Iterator[Row]:
        make = _RowMaker(schema, header, self.label or schema.file, self.check_cell)
        while True:
            start = reader.line_num + 1
            held.clear()
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                column = broken_cell(held, header)
                self.refuse(schema, start, column, "".join(held)[:80], reason=f"not readable as CSV ({error})")
                return
            if not any(map(str.strip, values)):
                continue
            if len(values) != len(header):
                self._ragged(schema, start, values, header)
                continue
            row = make(start, values)
            self.check_row(schema, row)
            yield row

    def _ragged(self, schema: TableSchema, row: int, values: Sequence[str], header: Sequence[str]) -> None:
        reason = f"{len(values)} cells where the header has {len(header)}"
        if len(values) < len(header):
            self.refuse(schema, row, header[len(values)], "", reason=f"{reason}: none is left for this column")
            return
        self.refuse(
            schema,
            row,
            header[-1],
            values[len(header)],
            reason=f"{reason}: a comma inside a cell needs quotes around it",
        )

    def _header(self, schema: TableSchema, reader: _Reader) -> list[str]:
        """The columns of the file, faults noted; none when its rows cannot be read."""
        header = next(reader, None)
        if not header:
            self.refuse(schema, 1, schema.key, "", reason="the file is empty")
            return []
        mark = other_separator(header)
        if mark:
            reason = f"cells are separated by {separator_name(mark)}, not by commas"
            self.refuse(schema, 1, header[0].split(mark)[0], header[0][:80], reason=reason)
            return []
        known = [column.name for column in schema.columns]
        missing = [
            column.name
            for column in schema.columns
            if (column.required or column.name == schema.key) and column.name not in header
        ]
        for name in header:
            if name not in known:
                self.refuse(schema, 1, name, name, reason="unknown column", nearest=nearest(name, known))
        for name in missing:
            self.refuse(schema, 1, name, "", reason="this column is missing")
        for name in dict.fromkeys(name for name in header if header.count(name) > 1):
            self.refuse(schema, 1, name, name, reason="a column name stands twice")
        return header

    def check_keys(self, schema: TableSchema, rows: Sequence[Row], label: str = "") -> None:
        """No id stands twice."""
        self.label = label or self.label
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
        self.label = label or self.label
        for key in schema.foreign_keys:
            known = values[key.to_table, key.to_column]
            for row in rows:
                for value in row.items(key.column):
                    if value not in known:
                        if (key.to_table, value) not in self._nearest:
                            self._nearest[key.to_table, value] = nearest(value, known)
                        self.refuse(
                            schema,
                            row.number,
                            key.column,
                            value,
                            reason=f"not in {key.to_table}.csv",
                            nearest=self._nearest[key.to_table, value],
                        )


class _RowMaker:
    """Makes the rows of one file; the columns of its header are looked up once."""

    def __init__(
        self,
        schema: TableSchema,
        header: Sequence[str],
        file: str,
        check: Callable[[TableSchema, int, Column, str], None],
    ) -> None:
        columns = {column.name: column for column in schema.columns}
        self.schema, self.file, self.check = schema, file, check
        self.columns = [(place, columns[name]) for place, name in enumerate(header) if name in columns]
        self.separators = {column.name: column.separator for column in schema.columns if column.separator}
        self.words: dict[str, str] = {}

    def __call__(self, number: int, values: Sequence[str]) -> Row:
        """One row from the cells as written; null cells are left out."""
        cells: dict[str, str] = {}
        for place, column in self.columns:
            text = values[place].strip()
            if text in column.null:
                text = ""
            if text or column.required:
                self.check(self.schema, number, column, text)
            if text:
                cells[column.name] = (
                    self.words.setdefault(text, text) if column.choices or column.base != "string" else text
                )
        return Row(self.schema.name, number, cells.get(self.schema.key, ""), cells, self.separators, self.file)


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
