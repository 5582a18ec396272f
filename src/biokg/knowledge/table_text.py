"""The text of a table file, before its cells are looked at: encoding, separator, quotes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from biokg.errors import CellProblem

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def encoding_problems(path: Path, label: str) -> list[CellProblem]:
    """Every line of *path* that is no UTF-8, with the cell as Windows-1252 reads it. Raises OSError."""
    data = path.read_bytes()
    if _is_utf8(data):
        return []
    if data.startswith(_UTF16):
        return [CellProblem(label, 1, "", "", "the file is UTF-16; save it as UTF-8")]
    columns = _cells(data.split(b"\n", 1)[0].decode("cp1252", "replace"))
    return [
        problem
        for number, line in enumerate(data.split(b"\n"), 1)
        for problem in _bad_cells(line, number, columns, label)
    ]


def _bad_cells(line: bytes, number: int, columns: Sequence[str], label: str) -> Iterator[CellProblem]:
    if _is_utf8(line):
        return
    for place, cell in enumerate(_cells(line.decode("utf-8", "surrogateescape"))):
        raw = cell.encode("utf-8", "surrogateescape")
        if not _is_utf8(raw):
            column = columns[place] if place < len(columns) else ""
            shown = raw.decode("utf-8", "replace")
            yield CellProblem(label, number, column, shown, "no UTF-8", raw.decode("cp1252", "replace"))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cells(line: str) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")]), [])


def first_cells(path: Path) -> list[str]:
    """The cells of the first line, whatever they are separated by and however they are encoded. Raises OSError."""
    with path.open("rb") as file:
        line = file.readline(1 << 20)
    text = line.decode("utf-16" if line.startswith(_UTF16) and len(line) % 2 == 0 else "utf-8-sig", "replace")
    separator = other_separator(_cells(text))
    return next(csv.reader([text.rstrip("\r\n")], delimiter=separator or ","), [])


def other_separator(header: Sequence[str]) -> str | None:
    """What separates the cells, where that is no comma."""
    if len(header) != 1:
        return None
    return max((mark for mark in _SEPARATORS if mark in header[0]), key=header[0].count, default=None)


def separator_name(mark: str) -> str:
    """What people call the separator *mark*."""
    return _SEPARATORS[mark]


def remembered(lines: Iterable[str], held: list[str]) -> Iterator[str]:
    """*lines*, each put into *held* on its way; whoever reads empties it."""
    for line in lines:
        held.append(line)
        yield line


def broken_cell(lines: Sequence[str], header: Sequence[str]) -> str:
    """The column of the quote that makes a row unreadable: one that is not closed, or text goes on after it."""
    place, inside = 0, False
    text = "".join(lines).rstrip("\r\n")
    opened = 0
    for at, char in enumerate(text):
        after = text[at + 1 : at + 2]
        if char == '"' and not inside:
            inside, opened = True, place
        elif char == '"' and after != '"' and text[at - 1] != '"':
            inside = False
            if after not in {"", ",", "\n", "\r"}:
                break
        elif char == "," and not inside:
            place += 1
    found = opened if inside else place
    return header[min(found, len(header) - 1)]
