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

SSSOM_COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification", "confidence",
    "object_source", "mapping_tool", "mapping_date", "comment",
)  # fmt: skip
REVIEW_COLUMNS = (
    "row", "name", "decision", "accept", "id", "label", "country", "status", "score", "reasons", "objections"
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
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
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


def _code(row: dict[str, str], column: str | None) -> str:
    """ISO 3166-1 code of the country in *column*; empty when there is none or it is not known."""
    text = (row.get(column) or "").strip() if column else ""
    if len(text) == 2 and text.isalpha() and text.upper() in COUNTRIES.values():
        return text.upper()
    return COUNTRIES.get(fold(text), "") if text else ""


def write_review(stream: TextIO, rows: Sequence[NamedRow], matches: Sequence[Match]) -> None:
    """A CSV for a person: each name with its candidates, reasons and objections; ``accept`` is ``x`` for a match."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(REVIEW_COLUMNS)
    for row, match in zip(rows, matches, strict=True):
        chosen = match.entity.id if match.entity else ""
        if match.entity is not None:
            why = "; ".join(match.reasons)
            entity = match.entity
            writer.writerow(
                (row.number, row.name, match.decision, "x", entity.id, entity.label, entity.country, entity.status,
                 f"{match.score:.0f}", why, "")
            )  # fmt: skip
        others = [candidate for candidate in match.candidates if candidate.entity.id != chosen]
        for candidate in others:
            entity, judgement = candidate.entity, candidate.judgement
            writer.writerow(
                (row.number, row.name, match.decision, "", entity.id, entity.label, entity.country, entity.status,
                 f"{candidate.score:.0f}", "; ".join(judgement.reasons), "; ".join(judgement.objections))
            )  # fmt: skip
        if match.entity is None and not others:
            writer.writerow(
                (row.number, row.name, match.decision, "", "", "", "", "", "", "; ".join(match.reasons), "")
            )


def write_sssom(
    stream: TextIO, rows: Sequence[NamedRow], matches: Sequence[Match], *, source: str, tool: str, date: str
) -> int:
    """The matches as an SSSOM table (subject: the name as text); gives their number.

    A name found gets ``skos:exactMatch`` to the record, or ``skos:closeMatch`` where the record was led to its
    successor. Names without a match are left out: they are in the review file.
    """
    stream.write("# mapping_set_id: https://w3id.org/biokg/id/mapping-set/link\n")
    stream.write("# license: https://creativecommons.org/publicdomain/zero/1.0/\n")
    stream.write(f'# mapping_tool: "{tool}"\n# curie_map:\n#   skos: http://www.w3.org/2004/02/skos/core#\n')
    stream.write("#   semapv: https://w3id.org/semapv/vocab/\n")
    columns = ("subject_type", *SSSOM_COLUMNS)
    writer = csv.DictWriter(stream, columns, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    written = set()
    for row, match in zip(rows, matches, strict=True):
        if match.entity is None or (row.name, match.entity.id) in written:
            continue
        written.add((row.name, match.entity.id))
        writer.writerow(
            {
                "subject_type": "rdfs literal",
                "subject_label": row.name,
                "predicate_id": "skos:closeMatch" if match.replaced else "skos:exactMatch",
                "object_id": match.entity.id,
                "object_label": match.entity.label,
                "mapping_justification": "semapv:LexicalMatching",
                "confidence": f"{match.score / 100:.2f}",
                "object_source": source,
                "mapping_tool": tool,
                "mapping_date": date,
                "comment": "; ".join(match.reasons),
            }
        )
    return len(written)
