"""Answers on standard output: readable tables on a terminal, a clean format in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from biokg.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from biokg.queries.table import Table

_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def shown(term: Any) -> str:
    """A term as a person reads it: IRIs with known prefixes shortened, literals as their text."""
    if term is None:
        return ""
    value = str(getattr(term, "value", term))
    if not hasattr(term, "datatype"):
        for prefix, namespace in _LONGEST_FIRST:
            if value.startswith(namespace) and len(value) > len(namespace):
                return f"{prefix}:{value[len(namespace) :]}"
    return value


def print_rows(variables: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table as wide as the terminal, and how many rows it has."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=SIMPLE_HEAD)
    for variable in variables:
        drawn.add_column(variable, overflow="fold")
    count = 0
    for row in rows:
        drawn.add_row(*(Text(shown(term)) for term in row))
        count += 1
    console = Console()
    console.print(drawn)
    console.print(f"{count:,} row{'' if count == 1 else 's'}", highlight=False)


def write_table(table: Table, form: str | None) -> None:
    """*table* in the format asked for; without one a drawn table on a terminal and CSV in a pipe."""
    if form is None:
        form = "table" if sys.stdout.isatty() else "csv"
    if form == "table":
        print_rows(table.variables, table.rows)
        return
    from biokg.cli.formats import solutions

    write_bytes(solutions(table.variables, table.rows, form))


def write_bytes(parts: Iterable[bytes]) -> None:
    """Bytes as they are, in order."""
    out = sys.stdout.buffer
    for part in parts:
        out.write(part)
    out.flush()
