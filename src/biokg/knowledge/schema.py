"""The CSVW metadata beside the tables: which columns there are, what a cell may hold, where keys point."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biokg.errors import StoreError

_ALTERNATIVES = re.compile(r"(?:\\.|[^\\|()\[\]{}*+?^$.])+")


@dataclass(frozen=True)
class Column:
    """One column: its CSVW datatype and what else a cell of it must satisfy."""

    name: str
    base: str = "string"
    pattern: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    separator: str | None = None
    null: tuple[str, ...] = ("",)
    unmapped: str | None = None


@dataclass(frozen=True)
class ForeignKey:
    """Every value of ``column`` is a value of ``to_column`` in the table ``to_table``."""

    column: str
    to_table: str
    to_column: str


@dataclass(frozen=True)
class TableSchema:
    """One table of the group; ``name`` is the file name without ``.csv``."""

    name: str
    title: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    about_url: str

    @property
    def key(self) -> str:
        """The column whose cell names the row."""
        return self.keys[0]

    @property
    def file(self) -> str:
        """The file name."""
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        """The column called *name*; raises :class:`KeyError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _choices(pattern: str | None) -> tuple[str, ...]:
    """The values of a pattern that is a plain list of alternatives; nothing for any other pattern."""
    if pattern is None:
        return ()
    parts = re.split(r"(?<!\\)\|", pattern)
    if not all(_ALTERNATIVES.fullmatch(part) for part in parts):
        return ()
    return tuple(re.sub(r"\\(.)", r"\1", part) for part in parts)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _column(node: Mapping[str, Any]) -> Column:
    datatype = node.get("datatype", "string")
    if isinstance(datatype, str):
        datatype = {"base": datatype}
    pattern = datatype.get("format")
    null = node.get("null", "")
    return Column(
        name=node["name"],
        base=datatype["base"],
        pattern=re.compile(pattern) if pattern else None,
        choices=_choices(pattern),
        minimum=_number(datatype.get("minimum")),
        maximum=_number(datatype.get("maximum")),
        required=bool(node.get("required", False)),
        separator=node.get("separator"),
        null=tuple(null) if isinstance(null, list) else (null,),
        unmapped=node.get("dc:description") if node.get("suppressOutput") else None,
    )


def _table(node: Mapping[str, Any]) -> TableSchema:
    schema = node["tableSchema"]
    keys = tuple(
        ForeignKey(
            column=key["columnReference"][0],
            to_table=key["reference"]["resource"].removesuffix(".csv"),
            to_column=key["reference"]["columnReference"][0],
        )
        for key in schema.get("foreignKeys", ())
    )
    return TableSchema(
        name=node["url"].removesuffix(".csv"),
        title=node.get("dc:title", node["url"]),
        columns=tuple(_column(column) for column in schema["columns"]),
        keys=tuple(schema["primaryKey"]),
        foreign_keys=keys,
        about_url=schema.get("aboutUrl", ""),
    )


def load_schemas(folder: Path) -> dict[str, TableSchema]:
    """The schemas of all tables of *folder*, by table name, in the order of ``metadata.json``.

    Raises :class:`StoreError` when the metadata cannot be read.
    """
    path = folder / "metadata.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        tables = [_table(node) for node in document["tables"]]
    except (OSError, ValueError, KeyError, re.error) as error:
        raise StoreError(f"{path}: {error}", fix="restore metadata.json of the data folder") from None
    return {table.name: table for table in tables}
