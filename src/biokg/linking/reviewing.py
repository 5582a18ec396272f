"""Reading a review file back: what a person accepted and rejected, as an SSSOM mapping set."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from biokg.errors import CellProblem, DataError, UsageError
from biokg.linking.names import fold
from biokg.linking.sssom import MANUAL, NO_TERM, MappingSet, mapping_row, write_mapping_set
from biokg.linking.table import decoded

ACCEPT = frozenset({"x", "yes", "y", "accept", "accepted", "ok", "1", "true", "oui", "ja"})
REJECT = frozenset({"no", "n", "reject", "rejected", "0", "false", "non", "nee"})
NEEDED = ("row", "name", "accept", "id")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of one candidate: ``accepted`` or ``rejected``; ``line`` is that of the review file."""

    line: int
    row: str
    name: str
    verdict: str
    id: str
    label: str
    proposed: bool
    comment: str


@dataclass(frozen=True)
class Review:
    """The decisions of a review file; ``open``: names still undecided; ``nowhere``: every candidate rejected."""

    decisions: tuple[Decision, ...]
    names: int
    open: tuple[str, ...]
    nowhere: tuple[str, ...]

    def of(self, verdict: str) -> list[Decision]:
        """The decisions of one kind."""
        return [decision for decision in self.decisions if decision.verdict == verdict]


def read_review(path: Path) -> Review:
    """The decisions in a review file that ``biokg link --review`` wrote and a person edited.

    In ``accept``: ``x`` (or yes, accept, ok) accepts the candidate of that line, ``no`` (or reject) says that the
    name is not that thing; empty decides nothing. An id of one's own may be written into a line.
    Raises :class:`DataError` with the line and column of every cell that cannot be read so, and
    :class:`UsageError` if the file is no review file.
    """
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise UsageError(f"review {path}: {error.strerror}") from None
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
    if lacking := [column for column in NEEDED if column not in reader.fieldnames]:
        raise UsageError(
            f"review {path}: no column {', '.join(lacking)}", fix="give the file that biokg link --review wrote"
        )
    lines = [{key: (value or "").strip() for key, value in row.items() if isinstance(key, str)} for row in reader]
    problems = [*_unreadable(path, lines), *_contradictory(path, lines)]
    if problems:
        raise DataError(problems)
    decisions = tuple(_decisions(lines))
    names = {line["row"]: line["name"] for line in lines if line["name"]}
    undecided = {line["row"] for line in lines if line["id"] and not line["accept"]}
    accepted = {decision.row for decision in decisions if decision.verdict == "accepted"}
    rejected = {decision.row for decision in decisions} - accepted
    nowhere = tuple(name for row, name in names.items() if row in rejected - undecided)
    left = tuple(name for row, name in names.items() if row not in accepted and name not in nowhere)
    return Review(decisions, len(names), left, nowhere)


def _verdict(line: dict[str, str]) -> str | None:
    said = fold(line["accept"]) or line["accept"]
    if said in ACCEPT:
        return "accepted"
    if said in REJECT or said == "-":
        return "rejected"
    return "" if not said else None


def _unreadable(path: Path, lines: Sequence[dict[str, str]]) -> Iterator[CellProblem]:
    for number, line in enumerate(lines, start=2):
        verdict = _verdict(line)
        if verdict is None:
            yield CellProblem(str(path), number, "accept", line["accept"], "is neither yes nor no", "x or no")
        elif verdict == "accepted" and not line["id"]:
            yield CellProblem(str(path), number, "id", "", "is empty, but the line is accepted", "the id of the thing")


def _contradictory(path: Path, lines: Sequence[dict[str, str]]) -> Iterator[CellProblem]:
    held: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines, start=2):
        if _verdict(line) != "accepted":
            continue
        before = held.setdefault(line["row"], (number, line["id"]))
        if before[1] != line["id"]:
            reason = f"is a second candidate accepted for row {line['row']} (the first in line {before[0]})"
            yield CellProblem(str(path), number, "accept", line["accept"], reason, "accept one")


def _decisions(lines: Iterable[dict[str, str]]) -> Iterator[Decision]:
    for number, line in enumerate(lines, start=2):
        verdict = _verdict(line)
        if verdict and (line["id"] or verdict == "accepted"):
            proposed = line.get("decision") == "match" and bool(line.get("label")) and not line.get("objections")
            comment = "; ".join(
                filter(None, (line.get("note", ""), line.get("reasons", ""), line.get("objections", "")))
            )
            yield Decision(
                number, line["row"], line["name"], verdict, line["id"], line.get("label", ""), proposed, comment
            )


def write_reviewed(stream: TextIO, review: Review, about: MappingSet, *, reviewer: str) -> int:
    """The decisions as SSSOM, by manual curation; gives the number of rows.

    Accepted: ``skos:exactMatch``. Rejected: the same with ``predicate_modifier`` ``Not``. A name of which every
    candidate was rejected: ``sssom:NoTermFound``, so that nobody looks again.
    """
    rows = []
    seen = set()
    for decision in review.decisions:
        key = (decision.name, decision.id, decision.verdict)
        if key in seen:
            continue
        seen.add(key)
        row = mapping_row(decision.name, decision.id, decision.label, about)
        kept = "proposed by the tool, kept by the reviewer" if decision.proposed else "decided by the reviewer"
        row |= {
            "predicate_modifier": "Not" if decision.verdict == "rejected" else "",
            "mapping_justification": MANUAL,
            "confidence": "1.0",
            "comment": "; ".join(filter(None, (kept, decision.comment))),
        }
        rows.append(row | _person(reviewer))
    for name in dict.fromkeys(review.nowhere):
        row = mapping_row(name, NO_TERM, "", about)
        rows.append(
            row | {"mapping_justification": MANUAL, "comment": "every candidate was rejected"} | _person(reviewer)
        )
    write_mapping_set(stream, rows)
    return len(rows)


def _person(reviewer: str) -> dict[str, str]:
    orcid = reviewer.removeprefix("https://orcid.org/").removeprefix("orcid:")
    if reviewer != orcid or (len(orcid) == 19 and orcid.replace("-", "").replace("X", "0").isdigit()):
        return {"reviewer_id": f"orcid:{orcid}"}
    return {"reviewer_label": reviewer}
