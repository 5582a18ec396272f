"""The tables that a researcher may fill: which columns they have, and what a cell may hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from biokg.errors import NotFound
from biokg.knowledge.cells import nearest
from biokg.knowledge.schema import Column, TableSchema, load_schemas
from biokg.knowledge.tables import Row

TEMPLATES: Mapping[str, str] = {
    "organizations": "organizations",
    "facts": "org_facts",
    "events": "status_events",
    "alliances": "alliances",
    "outcomes": "alliance_outcomes",
    "policies": "policies",
    "practices": "open_innovation_practices",
    "observations": "indicators",
    "investments": "investments",
    "regions": "regions",
    "works": "references",
}
"""Template name → table of ``data/`` whose columns it has."""

_MAY_BE_EMPTY = {
    "named_in_dissertation",
    "cross_regional",
    "dissertation_mention",
    "from_table",
    "from_row",
    "layer",
    "nbf_role",
    "partner_class",
}
"""Columns that only the project's own rows must fill."""

_FREE_WORDS = {"role_terms", "stage_terms"}
"""Tables that list the words met so far; other words are welcome and kept as they are."""


def import_schemas(folder: Path, regions: Sequence[Row] = ()) -> dict[str, TableSchema]:
    """The schemas of :data:`TEMPLATES`, by table, as they hold for a researcher's own rows.

    A region may be any of *regions*; columns that concern the dissertation alone may be empty.
    """
    schemas = load_schemas(folder)
    known = tuple(row.key for row in regions)
    return {table: _opened(schemas[table], known) for table in TEMPLATES.values() if table in schemas}


def _opened(schema: TableSchema, regions: tuple[str, ...]) -> TableSchema:
    columns = []
    for column in schema.columns:
        changed = replace(column, required=column.required and column.name not in _MAY_BE_EMPTY)
        if column.name == "region" and column.choices:
            changed = replace(changed, choices=tuple(dict.fromkeys((*column.choices, *regions))))
        columns.append(changed)
    keys = tuple(key for key in schema.foreign_keys if key.to_table not in _FREE_WORDS)
    return replace(schema, columns=tuple(columns), foreign_keys=keys)


def template_schema(folder: Path, name: str) -> TableSchema:
    """The schema of a template. Raises NotFound, with the nearest name, when there is none of that name."""
    if name not in TEMPLATES:
        hint = nearest(name, TEMPLATES)
        fix = f"did you mean {hint!r}? " if hint else ""
        raise NotFound(f"there is no template {name!r}", fix=f"{fix}there are: {', '.join(TEMPLATES)}")
    return import_schemas(folder)[TEMPLATES[name]]


def header(schema: TableSchema) -> str:
    """The first line of a file of this template: the columns a researcher fills."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(column.name for column in offered(schema))
    return text.getvalue()


def offered(schema: TableSchema) -> list[Column]:
    """The columns of a template; those that only the project's own rows use are left out."""
    hidden = {"dissertation_mention", "dissertation_locator", "named_in_dissertation", "nbf_sample"}
    return [column for column in schema.columns if column.name not in hidden and column.unmapped is None]


def describe(schema: TableSchema) -> list[tuple[str, str, str]]:
    """For each column its name, whether it must be filled, and what it may hold."""
    targets = {key.column: key for key in schema.foreign_keys}
    lines = []
    for column in offered(schema):
        if column.name in targets:
            holds = f"an id of {targets[column.name].to_table}"
        elif column.choices:
            holds = "one of " + ", ".join(column.choices)
        elif column.base in {"integer", "decimal"}:
            bounds = [f"from {column.minimum:g}" if column.minimum is not None else ""]
            bounds.append(f"to {column.maximum:g}" if column.maximum is not None else "")
            holds = " ".join(["a number", *(bound for bound in bounds if bound)])
        elif column.name == "source":
            holds = "the address of the page that says so"
        elif column.name in {"date", "earliest", "latest"}:
            holds = "YYYY, YYYY-MM or YYYY-MM-DD"
        else:
            holds = "text"
        several = f"; several separated by {column.separator.strip()!r}" if column.separator else ""
        lines.append((column.name, "required" if column.required else "", holds + several))
    return lines
