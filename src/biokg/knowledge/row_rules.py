"""What spans several cells of a row: dates in their order, money with its currency, shares within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from biokg.knowledge.dates import parse_date


class RowProblem(NamedTuple):
    """A cell that is refused because of another one of its row."""

    column: str
    value: str
    reason: str
    nearest: str | None = None


Cells = Callable[[str], str]
"""The cell of a column; ``""`` where the row or the table has none."""

_NARROWED = (("year", "date"), ("year_start", "date_start"))
_ORDERED = (
    ("year_start", "year_end"),
    ("earliest", "latest"),
    ("founded_year", "ipo_year"),
    ("founded_year", "acquired_year"),
)
_STATED = (("upfront", "upfront_amount_m"), ("milestones", "milestones_max_m"), ("equity", "equity_amount_m"))
_CHANGES = re.compile(r"(?i)growth|change|increase|decrease|decline|rise|balance|loss|net\b|difference|return")
_WHOLE = 100
LONGEST_QUOTE = 25
"""Words of a source that a locator may hold."""


def row_problems(table: str, cell: Cells) -> Iterator[RowProblem]:
    """Everything that is wrong between the cells of one row of *table*."""
    yield from _dates(cell)
    yield from _money(cell)
    yield from _quote(cell)
    for rule in _RULES.get(table, ()):
        yield from rule(cell)


def _dates(cell: Cells) -> Iterator[RowProblem]:
    for year, day in _NARROWED:
        if cell(year) and cell(day) and not cell(day).startswith(cell(year)):
            yield RowProblem(day, cell(day), f"the date is not in the year {cell(year)}")
    for first, last in _ORDERED:
        if not cell(first) or not cell(last):
            continue
        start, end = parse_date(cell(first)), parse_date(cell(last))
        if start and end and start.earliest and end.latest and end.latest < start.earliest:
            yield RowProblem(last, cell(last), f"{last} is before {first} {cell(first)}")


def _quote(cell: Cells) -> Iterator[RowProblem]:
    """A locator leads to the place in the source; it is no copy of it."""
    words = len(cell("locator").split())
    if words > LONGEST_QUOTE:
        reason = f"a quote of {words} words: keep at most {LONGEST_QUOTE} that find the place"
        yield RowProblem("locator", cell("locator")[:80], reason)


def _money(cell: Cells) -> Iterator[RowProblem]:
    if cell("currency"):
        return
    for name in (
        "amount_m",
        "upfront_amount_m",
        "milestones_max_m",
        "total_max_m",
        "equity_amount_m",
        "public_share_m",
    ):
        if cell(name):
            yield RowProblem("currency", "", f"{name} is given without a currency")
            return


def _alliance(cell: Cells) -> Iterator[RowProblem]:
    if cell("nbf_id") and cell("nbf_id") == cell("partner_id"):
        yield RowProblem("partner_id", cell("partner_id"), "an alliance needs two different players")
    for stated, amount in _STATED:
        if cell(amount) and cell(stated) in {"", "no", "unknown"}:
            yield RowProblem(stated, cell(stated), f"{amount} {cell(amount)} is given, so {stated} must be yes", "yes")
    total, upfront = _number(cell("total_max_m")), _number(cell("upfront_amount_m"))
    if total is not None and upfront is not None and total < upfront:
        yield RowProblem("total_max_m", cell("total_max_m"), f"less than upfront_amount_m {cell('upfront_amount_m')}")


def _observation(cell: Cells) -> Iterator[RowProblem]:
    if not (cell("value") or cell("value_text") or cell("rank")):
        yield RowProblem("value", "", "one of value, value_text and rank is required")
    number = _number(cell("value"))
    if number is None or _CHANGES.search(cell("name")):
        return
    if number < 0:
        yield RowProblem("value", cell("value"), "less than 0, and the name tells of no change", str(-number))
    elif cell("unit").startswith("%") and number > _WHOLE:
        yield RowProblem("value", cell("value"), "a share is at most 100 %, and the name tells of no change")


def _organization(cell: Cells) -> Iterator[RowProblem]:
    founded = parse_date(cell("founded_year"))
    if founded and cell("founded_by_2016") == "yes" and founded.after_cut_off:
        yield RowProblem("founded_by_2016", "yes", f"founded_year is {cell('founded_year')}", "no")
    if founded and cell("founded_by_2016") == "no" and not founded.after_cut_off:
        yield RowProblem("founded_by_2016", "no", f"founded_year is {cell('founded_year')}", "yes")
    for column in ("acquired_by", "origin_parents"):
        if cell("id") and cell("id") in {part.strip() for part in cell(column).split(";")}:
            yield RowProblem(column, cell("id"), f"{column} names the organisation itself")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_RULES: Mapping[str, tuple[Callable[[Cells], Iterator[RowProblem]], ...]] = {
    "alliances": (_alliance,),
    "indicators": (_observation,),
    "organizations": (_organization,),
}
