"""What the columns of an answer hold, and hence which views fit it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from biokg.web.asking import Row, Value

_TIMES = frozenset({"gYear", "date", "dateTime", "gYearMonth"})
_YEARLY = re.compile(r"year|date|founded|signed|since|until|start|end$|from$|when", re.IGNORECASE)
_WKT = re.compile(r"\s*(<[^>]*>\s*)?(MULTI)?(POINT|POLYGON|LINESTRING)\s*Z?\s*\(", re.IGNORECASE)
_NUTS = re.compile(r"BE([1-3]\d?)?")
_LATITUDE = frozenset({"lat", "latitude"})
_LONGITUDE = frozenset({"long", "lon", "lng", "longitude"})


@dataclass(frozen=True)
class Roles:
    """The columns of an answer by what all their bound values are; a column has one role."""

    resources: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    latitude: str | None = None
    longitude: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Columns that name what a row is about."""
        return (*self.resources, *self.texts, *self.codes)

    @property
    def placed(self) -> bool:
        """Whether the answer itself says where things are."""
        return bool(self.codes or self.shapes or (self.latitude and self.longitude))


def roles_of(columns: Sequence[str], rows: Sequence[Row]) -> Roles:
    """The roles of *columns*; a column without a bound value has none."""
    found: dict[str, list[str]] = {}
    for name in columns:
        role = _role(name, [value for value in (row.get(name) for row in rows) if value is not None])
        found.setdefault(role, []).append(name)
    held = {role: tuple(names) for role, names in found.items()}
    return Roles(
        resources=held.get("resource", ()),
        texts=held.get("text", ()),
        numbers=held.get("number", ()),
        times=held.get("time", ()),
        codes=held.get("code", ()),
        shapes=held.get("shape", ()),
        latitude=next(iter(held.get("latitude", ())), None),
        longitude=next(iter(held.get("longitude", ())), None),
    )


def _role(name: str, values: list[Value]) -> str:
    if not values:
        return "empty"
    if all(value.iri for value in values):
        return "resource"
    if all(_numeric(value) for value in values):
        return _of_numbers(name, values)
    if all(year_of(value) is not None and _kind(value) in _TIMES for value in values):
        return "time"
    texts = [value.text for value in values if not value.iri]
    if len(texts) == len(values) and all(_WKT.match(text) for text in texts):
        return "shape"
    return "code" if len(texts) == len(values) and all(_NUTS.fullmatch(text) for text in texts) else "text"


def _of_numbers(name: str, values: list[Value]) -> str:
    bare = name.lower().removeprefix("wgs84_").removeprefix("wgs_")
    if bare in _LATITUDE:
        return "latitude"
    if bare in _LONGITUDE:
        return "longitude"
    years = all(year_of(value) is not None for value in values)
    return "time" if years and _YEARLY.search(name) else "number"


def _kind(value: Value) -> str:
    return (value.datatype or "").rpartition("#")[2]


def _numeric(value: Value) -> bool:
    if not value.numeric or _kind(value) == "gYear":
        return False
    try:
        return abs(float(value.text)) < float("inf")
    except ValueError:
        return False


def year_of(value: Value | None) -> float | None:
    """The moment that *value* names, in years; ``None`` where it names none.

    >>> year_of(Value("2016-07-02", datatype="http://www.w3.org/2001/XMLSchema#date"))
    2016.5
    """
    if value is None or value.iri:
        return None
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?!\d)", value.text)
    if not found or not 1500 <= int(found[1]) <= 2200:
        return None
    month, day = int(found[2] or 1), int(found[3] or 1)
    return round(int(found[1]) + (month - 1) / 12 + (day - 1) / 365, 2)


def views_of(roles: Roles, rows: Sequence[Row], *, graph: bool, located: bool) -> tuple[str, ...]:
    """The ways to show an answer, the table first; *located* says that the graph knows where its things are."""
    views = ["table"]
    several = len(rows) > 1
    if roles.numbers and several and (roles.labels or roles.times or len(roles.numbers) > 1) and not graph:
        views.append("chart")
    if roles.placed or located:
        views.append("map")
    if rows and (graph or len(roles.resources) > 1):
        views.append("network")
    if roles.times and roles.labels and several:
        views.append("timeline")
    return tuple(views)


def suggested(views: Sequence[str], roles: Roles, *, graph: bool) -> str:
    """The view to begin with: a picture only where the answer plainly asks for one."""
    if graph and "network" in views:
        return "network"
    if roles.placed and "map" in views:
        return "map"
    if "chart" in views and len(roles.labels) + len(roles.times) == 1:
        return "chart"
    return "timeline" if "timeline" in views and not roles.numbers else "table"
