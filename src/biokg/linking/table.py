"""The messy table to be linked: reading its names and hints, writing the review file and the SSSOM."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from biokg.errors import UsageError
from biokg.linking.countries import COUNTRIES
from biokg.linking.judging import Hints
from biokg.linking.matching import Match
from biokg.linking.names import fold
from biokg.linking.sssom import MappingSet, mapping_row, write_mapping_set

REVIEW_COLUMNS = (
    "row", "name", "decision", "accept", "id", "label", "country", "status", "score", "reasons", "objections",
    "note",
)  # fmt: skip


@dataclass(frozen=True)
class NamedRow:
    """One row of the messy table; ``number`` is its line, the header being line 1."""

    number: int
    name: str
    hints: Hints


def read_names(path: Path, column: str, *, country: str | None = None, city: str | None = None) -> list[NamedRow]:
    """The names of *column*, in any delimiter and in UTF-8 or Latin-1, with the country and city of each row.

    Raises :class:`UsageError` if the file cannot be read or lacks a column.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"table {path}: {error.strerror}") from None
    text = decoded(raw)
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count) if any(mark in first for mark in ",;\t|") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    have = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = have
    for wanted in filter(None, (column, country, city)):
        if wanted not in have:
            raise UsageError(f"table {path}: no column {wanted!r}", fix=f"columns: {', '.join(have)}")
    return [
        NamedRow(number, (row[column] or "").strip(), Hints(_code(row, country), (row.get(city or "") or "").strip()))
        for number, row in enumerate(reader, start=2)
    ]


def decoded(raw: bytes) -> str:
    """A table's text: UTF-8 with or without a mark, else what Windows writes."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _code(row: dict[str, str], column: str | None) -> str:
    """ISO 3166-1 code of the country in *column*; empty when there is none or it is not known."""
    text = (row.get(column) or "").strip() if column else ""
    if len(text) == 2 and text.isalpha() and text.upper() in COUNTRIES.values():
        return text.upper()
    return COUNTRIES.get(fold(text), "") if text else ""


def write_review(stream: TextIO, rows: Sequence[NamedRow], matches: Sequence[Match]) -> None:
    """A CSV for a person: each name with its candidates, reasons and objections; ``accept`` is ``x`` for a match.

    What the person writes into ``accept`` and ``note`` is read back by :func:`biokg.linking.reviewing.read_review`.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(REVIEW_COLUMNS)
    for row, match in zip(rows, matches, strict=True):
        chosen = match.entity.id if match.entity else ""
        if match.entity is not None:
            why = "; ".join(match.reasons)
            entity = match.entity
            writer.writerow(
                (row.number, row.name, match.decision, "x", entity.id, entity.label, entity.country, entity.status,
                 f"{match.score:.0f}", why, "", "")
            )  # fmt: skip
        others = [candidate for candidate in match.candidates if candidate.entity.id != chosen]
        for candidate in others:
            entity, judgement = candidate.entity, candidate.judgement
            writer.writerow(
                (row.number, row.name, match.decision, "", entity.id, entity.label, entity.country, entity.status,
                 f"{candidate.score:.0f}", "; ".join(judgement.reasons), "; ".join(judgement.objections), "")
            )  # fmt: skip
        if match.entity is None and not others:
            writer.writerow(
                (row.number, row.name, match.decision, "", "", "", "", "", "", "; ".join(match.reasons), "", "")
            )


def write_sssom(stream: TextIO, rows: Sequence[NamedRow], matches: Sequence[Match], about: MappingSet) -> int:
    """The matches as an SSSOM table (subject: the name as text); gives their number.

    A name found gets ``skos:exactMatch`` to the record, or ``skos:closeMatch`` where the record was led to its
    successor. Names without a match are left out: they are in the review file.
    """
    written: dict[tuple[str, str], dict[str, str]] = {}
    for row, match in zip(rows, matches, strict=True):
        if match.entity is None or (row.name, match.entity.id) in written:
            continue
        line = mapping_row(row.name, match.entity.id, match.entity.label, about)
        written[row.name, match.entity.id] = line | {
            "predicate_id": "skos:closeMatch" if match.replaced else "skos:exactMatch",
            "mapping_justification": "semapv:LexicalMatching",
            "confidence": f"{match.score / 100:.2f}",
            "comment": "; ".join(match.reasons),
        }
    write_mapping_set(stream, list(written.values()))
    return len(written)
