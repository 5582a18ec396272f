"""What lies between rows, of one file or of several: names and keys that two share, dates that contradict each other.

The shapes say the same of the graph; here it is said of lines and columns, and of all rows at once, however many parts
an import is written in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from biokg.errors import CellProblem
from biokg.knowledge.dates import parse_date, period
from biokg.knowledge.tables import Row, Tables
from biokg.shapes.names import name_key
from biokg.terms import slug

_NAMED = ("organizations", "policies", "regions")
_PARTIES = ("nbf_id", "partner_id", "other_party_ids")


def across_rows(rows: Mapping[str, Sequence[Row]], tables: Tables) -> Iterator[CellProblem]:
    """Everything that new *rows* say against each other or against *tables*."""
    for table in _NAMED:
        yield from _names(rows.get(table, ()), _kept(table, rows, tables))
    yield from _observations(rows.get("indicators", ()), _kept("indicators", rows, tables))
    yield from _foundings(rows, tables)
    yield from _outcomes(rows, tables)


def _kept(table: str, rows: Mapping[str, Sequence[Row]], tables: Tables) -> Iterator[Row]:
    """The rows of *tables* that no new row replaces."""
    new = {row.key for row in rows.get(table, ())}
    return (row for row in tables.get(table, ()) if row.key not in new)


def _refused(row: Row, column: str, reason: str) -> CellProblem:
    return CellProblem(row.file, row.number, column, row[column], reason)


def _names(new: Iterable[Row], held: Iterable[Row]) -> Iterator[CellProblem]:
    holders = {name_key(row["name"]): row for row in held}
    for row in new:
        other = holders.setdefault(name_key(row["name"]), row)
        if other is not row and other.key != row.key:
            reason = f"{_place(other)} has this name already; case, punctuation and legal form do not count"
            yield _refused(row, "name", reason)


def _place(row: Row) -> str:
    return f"{row.key!r} ({row.file}:{row.number})" if row.file else repr(row.key)


def _observations(new: Iterable[Row], held: Iterable[Row]) -> Iterator[CellProblem]:
    known = {key: row for row in held for key in _keys(row)}
    for row in new:
        for key in _keys(row):
            other = known.setdefault(key, row)
            if other is not row and other.key != row.key:
                reason = f"{_place(other)} has the same name, subject, region, unit, year and source"
                yield _refused(row, "name", reason)
                break


def _keys(row: Row) -> Iterator[tuple[str, ...]]:
    what = (slug(row["name"]), row["subject"], row["region"], row["unit"], row["year"])
    return ((*what, source) for source in row.items("source"))


def _foundings(rows: Mapping[str, Sequence[Row]], tables: Tables) -> Iterator[CellProblem]:
    """Alliances signed before every founding date of one of their parties."""
    if not rows.get("alliances") and not rows.get("organizations"):
        return
    founded = _first_years([*_both("organizations", rows, tables)], rows, tables)
    for row in rows.get("alliances", ()):
        for column, key in _parties(row):
            if _signed_before(row, founded.get(key, "")):
                reason = f"the alliance is signed before {key} was founded ({founded[key]})"
                yield _refused(row, column, reason)
    new = {row.key: row for row in rows.get("organizations", ()) if row["founded_year"]}
    for row in _kept("alliances", rows, tables) if new else ():
        for _, key in _parties(row):
            if key in new and _signed_before(row, founded.get(key, "")):
                yield _refused(new[key], "founded_year", f"the alliance {row.key} is signed before")


def _both(table: str, rows: Mapping[str, Sequence[Row]], tables: Tables) -> Iterator[Row]:
    yield from _kept(table, rows, tables)
    yield from rows.get(table, ())


def _first_years(organizations: Iterable[Row], rows: Mapping[str, Sequence[Row]], tables: Tables) -> dict[str, str]:
    """The first founding year that any row gives for each organisation."""
    told = [(row.key, row["founded_year"]) for row in organizations]
    told += [(r["org_id"], r["value"]) for r in _both("org_facts", rows, tables) if r["attribute"] == "founded_year"]
    told += [(r["subject_id"], r["year"]) for r in tables.get("rivals", ()) if r["event_class"] == "FoundingEvent"]
    first: dict[str, str] = {}
    for key, year in told:
        if parse_date(year):
            first[key] = min(first.get(key, year), year)
    return first


def _parties(row: Row) -> Iterator[tuple[str, str]]:
    return ((column, key) for column in _PARTIES for key in row.items(column))


def _signed_before(row: Row, founded: str) -> bool:
    signed, start = parse_date(row["date"] or row["year"]), parse_date(founded)
    return bool(signed and start and signed.latest and start.earliest and signed.latest < start.earliest)


def _outcomes(rows: Mapping[str, Sequence[Row]], tables: Tables) -> Iterator[CellProblem]:
    """Outcomes that lie before their alliance was signed."""
    if not rows.get("alliance_outcomes"):
        return
    alliances = {row.key: row for row in _both("alliances", rows, tables)}
    for row in rows["alliance_outcomes"]:
        deal = alliances.get(row["alliance_id"])
        signed = parse_date(deal["date"] or deal["year"]) if deal else None
        ended = period(row["earliest"], row["latest"])
        if signed and ended and ended.latest and signed.earliest and ended.latest < signed.earliest:
            column = "latest" if row["latest"] else "earliest"
            yield _refused(row, column, f"before the alliance was signed ({signed.earliest.isoformat()})")
