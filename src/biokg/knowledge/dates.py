"""Dates as they are stated: a year, a month or a day, kept as the span of days they may mean."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")

CUT_OFF = date(2016, 12, 31)
"""The dissertation's cut-off: what happened later is told in the layer of records after 2016."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a stated date may mean: its first and last day (``None``: open), and how precisely it was stated."""

    earliest: date | None
    latest: date | None
    precision: str

    @property
    def year(self) -> int | None:
        """The year, where the span lies in one."""
        if self.earliest is None or self.latest is None or self.earliest.year != self.latest.year:
            return None
        return self.earliest.year

    @property
    def after_cut_off(self) -> bool:
        """True when some of the span is after 31-12-2016."""
        return self.latest is None or self.latest > CUT_OFF


def parse_date(text: str) -> Span | None:
    """The span of ``2012``, ``2012-10`` or ``2012-10-31``; ``None`` for anything else.

    >>> parse_date("2012-02").latest.isoformat()
    '2012-02-29'
    """
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        if day:
            exact = date(year, month, day)
            return Span(exact, exact, "day")
        if month:
            return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")
        return Span(date(year, 1, 1), date(year, 12, 31), "year")
    except ValueError:
        return None


def period(first: str, last: str) -> Span | None:
    """The span from the start of *first* to the end of *last*; an empty one leaves that side open.

    >>> period("2014", "2016-06").precision
    'period'
    """
    start, end = parse_date(first), parse_date(last)
    if start is None and end is None:
        return None
    if start == end:
        return start
    return Span(start.earliest if start else None, end.latest if end else None, "period")
