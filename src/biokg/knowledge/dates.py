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


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN = (
    re.compile(r"(?P<y>[0-9]{4})[-./ ]?(?P<m>[0-9]{1,2})[-./ ]?(?P<d>[0-9]{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<y>[0-9]{4})[-./ ](?P<m>[0-9]{1,2})"),
    re.compile(r"(?P<d>[0-9]{1,2})[-./ ](?P<m>[0-9]{1,2})[-./ ](?P<y>[0-9]{4})"),
    re.compile(r"(?P<m>[0-9]{1,2})[-./](?P<y>[0-9]{4})"),
    re.compile(r"(?:(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?[- ])?(?P<n>[A-Za-z]{3,9})\.?[-, ]+(?P<y>[0-9]{4})"),
    re.compile(r"(?P<n>[A-Za-z]{3,9})\.? (?P<d>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<y>[0-9]{4})"),
    re.compile(r"(?P<y>[0-9]{4})\.0"),
)


def nearest_date(text: str) -> str | None:
    """The date that *text* most likely means, as it is to be written; ``None`` when it may mean several or none.

    Day and month in figures are told apart only where one of them is above 12 (or both are one).

    >>> nearest_date("31/12/2013"), nearest_date("2013-02-30"), nearest_date("03/04/2013")
    ('2013-12-31', '2013-02-28', None)
    """
    for form in _WRITTEN:
        match = form.fullmatch(text.strip())
        if match:
            return _as_written({name: part for name, part in match.groupdict().items() if part})
    return None


def _as_written(parts: dict[str, str]) -> str | None:
    year, month, day = int(parts["y"]), int(parts.get("m", 0)), int(parts.get("d", 0))
    if "n" in parts:
        month = _MONTHS.index(parts["n"][:3].lower()) + 1 if parts["n"][:3].lower() in _MONTHS else 0
        if not month:
            return None
    elif next(iter(parts)) == "d" and day <= 12 and day != month:
        return None
    elif month > 12 >= day >= 1:
        month, day = day, month
    if not 1 <= year <= 9999 or month > 12 or day > 31:
        return None
    if not month:
        return str(year)
    if not day:
        return f"{year:04d}-{month:02d}"
    return f"{year:04d}-{month:02d}-{min(day, calendar.monthrange(year, month)[1]):02d}"


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
