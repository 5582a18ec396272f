"""An answer on the map: coordinates, shapes and region codes it holds, or what the graph knows of its things."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from biokg.web.asking import Row, kept, query_text, terms_of
from biokg.web.drawing.base import Drawing, mark, short, text
from biokg.web.drawing.labels import Label, around_mark, place
from biokg.web.drawing.regions import outlines
from biokg.web.results.roles import Roles
from biokg.web.service import service

WIDTH, PAD, SIZE = 980.0, 24.0, 12.5
NAMED = 400
"""Marks that are offered a name."""
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s+(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
Point = tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """Where one thing is: points (longitude, latitude), or the code of a region."""

    points: tuple[Point, ...] = ()
    code: str = ""
    closed: bool = False


@dataclass
class _Map:
    """What is to be drawn: things by point, shapes, and for each region its things and their measure."""

    points: dict[Point, list[Row]] = field(default_factory=lambda: defaultdict(list))
    shapes: list[tuple[tuple[Point, ...], bool, Row]] = field(default_factory=list)
    regions: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    nowhere: int = 0


def places_of(iris: Iterable[str]) -> Mapping[str, Spot]:
    """Where the things *iris* are, as far as the graph says; a point goes before a region."""
    from pyoxigraph import NamedNode

    known = kept("located")
    wanted = set(iris)
    missing = sorted(iri for iri in wanted if iri not in known)
    for start in range(0, len(missing), 500):
        part = missing[start : start + 500]
        known.update(dict.fromkeys(part))
        query = query_text("located").replace("{things}", " ".join(str(NamedNode(iri)) for iri in part))
        for row in terms_of(query, view=None, bindings={}):
            spot = known.get(row["thing"].value)
            if row["latitude"] is not None:
                point = (float(row["longitude"].value), float(row["latitude"].value))
                known[row["thing"].value] = spot if spot and spot.points else Spot((point,))
            elif spot is None:
                known[row["thing"].value] = Spot(code=row["code"].value)
    return {iri: known[iri] for iri in wanted if known.get(iri) is not None}


def options(roles: Roles) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be chosen: the column that says where, and the measure of the regions."""
    if roles.latitude and roles.longitude:
        return (), ()
    return (*roles.codes, *roles.shapes, *roles.resources), roles.numbers


def layout(rows: Sequence[Row], roles: Roles, x: str, y: str) -> Drawing:
    """The map of *rows*: by coordinates where the answer has them, else by the column *x*; *y* shades the regions."""
    features = outlines(service().settings.data_folder / "links" / "nuts-be.geojson")
    drawn = _gathered(rows, roles, x, {f["properties"]["nuts_code"] for f in features})
    held = [p for f in features for ring in _rings(f["geometry"]) for p in ring]
    everything = [*drawn.points, *(p for points, _, _ in drawn.shapes for p in points)]
    points = [(p[0], p[1]) for p in held] + everything
    view = _Frame.around(points)
    shades, legend = _shades(drawn.regions, y)
    marks = _marks(drawn, roles, view)
    regions = _regions(features, shades, view)
    said = [r["at"] for r in regions if r["said"]]
    names = place(
        (Label(m["label"], m["at"][0], m["at"][1], m["r"]) for m in marks[:NAMED]),
        around=[
            *(around_mark(m["at"][0], m["at"][1], m["r"]) for m in marks),
            *((a - 55, b - 16, a + 55, b + 6) for a, b in said),
        ],
        within=(0, 0, WIDTH, view.height),
        size=SIZE,
    )
    note = (
        f"{drawn.nowhere} rows have no place that is known and drawn here; they are in the table only."
        if drawn.nowhere
        else ""
    )
    shapes = [
        {"path": view.path(points, closed=closed), "closed": closed, "title": _said(row, roles)}
        for points, closed, row in drawn.shapes
    ]
    context = {"regions": regions, "marks": marks, "names": names, "shapes": shapes, "legend": legend, "size": SIZE}
    return Drawing(WIDTH, view.height + 30, (x,), list(rows), context, note)


def _regions(
    features: list[dict[str, Any]], shades: Mapping[str, tuple[int, str]], view: _Frame
) -> list[dict[str, Any]]:
    """The outlines to draw: every region, and the provinces that the answer is about."""
    ordered = sorted(features, key=lambda f: (f["properties"]["level"], f["properties"]["nuts_code"]))
    made = []
    for feature in ordered:
        about = feature["properties"]
        shade, said = shades.get(about["nuts_code"], (0, ""))
        if about["level"] == 1 or shade:
            made.append(
                {
                    "path": "".join(view.path(ring, closed=True) for ring in _rings(feature["geometry"])),
                    "code": about["nuts_code"],
                    "shade": shade,
                    "title": f"{about['label_en'] or about['label']}{said}",
                    "at": view.at((about["label_point"][0], about["label_point"][1])),
                    "said": _named(about["label_en"] or about["label"]) + said if said else "",
                }
            )
    return made


def _named(label: str) -> str:
    """The name of a region, short enough to stand in it.

    >>> _named("Brussels-Capital Region (Région de Bruxelles-Capitale)")
    'Brussels'
    """
    return label.partition(" (")[0].removesuffix("-Capital Region")


def _gathered(rows: Sequence[Row], roles: Roles, x: str, outlined: set[str]) -> _Map:
    drawn = _Map()
    known = places_of(v.iri for row in rows if (v := row.get(x)) is not None and v.iri)
    for row in rows:
        spot = _spot(row, roles, x, known)
        if spot is None or (spot.code and spot.code not in outlined):
            drawn.nowhere += 1
        elif spot.code:
            drawn.regions[spot.code].append(row)
        elif len(spot.points) == 1:
            drawn.points[spot.points[0]].append(row)
        else:
            drawn.shapes.append((spot.points, spot.closed, row))
    return drawn


def _spot(row: Row, roles: Roles, x: str, known: Mapping[str, Spot]) -> Spot | None:
    if roles.latitude and roles.longitude:
        north, east = text(row, roles.latitude), text(row, roles.longitude)
        return Spot(((float(east), float(north)),)) if north and east else None
    value = row.get(x)
    if value is None:
        return None
    if value.iri:
        return known.get(value.iri)
    if x in roles.codes:
        return Spot(code=value.text)
    points = tuple((float(a), float(b)) for a, b in _PAIR.findall(value.text.partition("(")[2]))
    return Spot(points, closed="POLYGON" in value.text.upper()) if points else None


def _rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    shapes = geometry["coordinates"]
    return [ring for polygon in (shapes if geometry["type"] == "MultiPolygon" else [shapes]) for ring in polygon]


@dataclass(frozen=True)
class _Frame:
    """An equirectangular sketch, true to scale in its middle latitude."""

    west: float
    north: float
    squeeze: float
    scale: float
    height: float

    @classmethod
    def around(cls, points: Sequence[Point]) -> _Frame:
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        squeeze = max(math.cos(math.radians((south + north) / 2)), 0.1)
        scale = (WIDTH - 2 * PAD) / (((east - west) or 1.0) * squeeze)
        scale = min(scale, 1400 / ((north - south) or 1.0))
        return cls(west, north, squeeze, scale, 2 * PAD + (north - south) * scale)

    def at(self, point: Point) -> Point:
        return PAD + (point[0] - self.west) * self.squeeze * self.scale, PAD + (self.north - point[1]) * self.scale

    def path(self, ring: Iterable[Sequence[float]], *, closed: bool) -> str:
        parts = ("{:.1f} {:.1f}".format(*self.at((p[0], p[1]))) for p in ring)
        return "M" + "L".join(parts) + ("Z" if closed else "")


def _shades(regions: Mapping[str, list[Row]], y: str) -> tuple[dict[str, tuple[int, str]], str]:
    """For each region a shade from 1 to 5 and what it stands for: the sum of *y*, or the number of rows."""
    sums = {code: sum(float(text(row, y) or 0) for row in rows) if y else len(rows) for code, rows in regions.items()}
    if not sums:
        return {}, ""
    most = max(abs(n) for n in sums.values()) or 1
    shades = {code: (max(1, math.ceil(5 * abs(n) / most)), f": {n:g}") for code, n in sums.items()}
    return shades, f"Shade and figure: {'the sum of ' + y.replace('_', ' ') if y else 'rows'} in the region."


def _said(row: Row, roles: Roles) -> str:
    return ", ".join(text(row, name) for name in (*roles.resources, *roles.texts) if text(row, name))


def _marks(drawn: _Map, roles: Roles, view: _Frame) -> list[dict[str, Any]]:
    made = []
    for point, rows in sorted(drawn.points.items(), key=lambda item: (-len(item[1]), item[0])):
        listed = list(dict.fromkeys(said for row in rows if (said := _said(row, roles))))
        x, y = view.at(point)
        r = 4.5 + 2.2 * math.sqrt(len(rows))
        first = next((row[name] for row in rows for name in roles.resources if row.get(name)), None)
        label = next((text(row, name) for row in rows for name in roles.labels if text(row, name)), "")
        more = f" +{len(listed) - 1}" if len(listed) > 1 else ""
        made.append(
            {
                "path": mark("circle", x, y, r),
                "value": first if len(rows) == 1 else None,
                "title": "; ".join(listed[:12]) + (" …" if len(listed) > 12 else ""),
                "label": short(label, 24) + more,
                "at": (x, y),
                "r": r,
            }
        )
    return made
