"""The map of the Belgian regions with firms, their origins and the nodes of clusters."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from biokg.web.asking import Row, Value
from biokg.web.drawing.base import Drawing, last, mark, short, text
from biokg.web.drawing.labels import Label, around_mark, place
from biokg.web.service import service

WIDTH, PAD = 980.0, 16.0
MIDDLE = math.radians(50.5)
ASIDE = {"firm": (-5.0, 0.0), "parent of spin-offs": (6.0, 0.0), "cluster node": (0.0, -11.0)}
"""Marks of several sorts at one place stand side by side."""
SHAPES = {"firm": "circle", "seat": "circle", "parent of spin-offs": "square", "cluster node": "diamond"}
REGION_ONLY = "firm, only its region stated"
REGIONS = {"BE1": "brussels", "BE2": "flanders", "BE3": "wallonia"}
"""The NUTS code of each region's outline, and the last segment of the region's IRI."""
SIZE = 12.5
TITLES = {"Flanders": (3.05, 50.93), "Wallonia": (5.3, 50.1), "at sea": (2.72, 51.42)}
"""Words on the sketch and where they stand (longitude, latitude); the outline of Flanders reaches out to sea."""


@cache
def outlines(path: Path) -> list[dict[str, Any]]:
    """The features of the outline file."""
    features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


def _rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    shapes = geometry["coordinates"]
    return [ring for polygon in (shapes if geometry["type"] == "MultiPolygon" else [shapes]) for ring in polygon]


def layout(rows: Sequence[Row]) -> Drawing:
    """An equirectangular sketch of the three regions; one mark per place and sort."""
    features = outlines(service().settings.data_folder / "links" / "nuts-be.geojson")
    points = [p for f in features for ring in _rings(f["geometry"]) for p in ring]
    west, north = min(p[0] for p in points), max(p[1] for p in points)
    east, south = max(p[0] for p in points), min(p[1] for p in points)
    scale = (WIDTH - 2 * PAD) / ((east - west) * math.cos(MIDDLE))

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return PAD + (longitude - west) * math.cos(MIDDLE) * scale, PAD + (north - latitude) * scale

    def outline(feature: dict[str, Any]) -> str:
        rings = (
            "M" + "L".join("{:.1f} {:.1f}".format(*at(*p[:2])) for p in ring) + "Z"
            for ring in _rings(feature["geometry"])
        )
        return "".join(rings)

    height = PAD * 2 + (north - south) * scale + 34
    marks, outside = _marks(rows, at, (west, east, south, north))
    within = (0, 0, WIDTH, height - 34)
    regions = [f for f in features if f["properties"]["level"] == 1]
    sorts = {text(row, "sort") for row in rows}
    return Drawing(
        WIDTH,
        height,
        ("sort", "thing", "place", "latitude", "longitude"),
        list(rows),
        {
            "regions": [(f["properties"]["nuts_code"], f["properties"]["label_en"], outline(f)) for f in regions],
            "titles": [(name, *at(*point)) for name, point in TITLES.items()],
            "provinces": [outline(f) for f in features if f["properties"]["level"] == 2],
            "marks": marks,
            "names": place(_labels(marks), around=[m["box"] for m in marks], within=within, size=SIZE),
            "size": SIZE,
            "counts": _counts(rows, regions) if REGION_ONLY in sorts else [],
            "legend": [(sort, mark(shape, 0, 0, 7)) for sort, shape in SHAPES.items() if sort in sorts],
        },
        note=f"{outside} marks lie outside Belgium and are in the table only." if outside else "",
    )


def worth_drawing(rows: Sequence[Row]) -> bool:
    """Whether there is a place to mark."""
    return any(text(row, "latitude") for row in rows)


def _counts(rows: Sequence[Row], regions: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """For each region its name and the firms of which no more than the region is stated."""
    only: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if text(row, "sort") == REGION_ONLY:
            only[last(row, "place")].add(last(row, "thing"))
    names = ((f["properties"]["label_en"], f["properties"]["nuts_code"]) for f in regions)
    return sorted((name.partition(" (")[0], len(only[REGIONS.get(code, "")])) for name, code in names)


def _marks(rows: Sequence[Row], at: Any, box: tuple[float, float, float, float]) -> tuple[list[dict[str, Any]], int]:
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    places: dict[str, tuple[Value, float, float]] = {}
    for row in rows:
        where, thing = row["place"], row["thing"]
        if where and thing and where.iri and text(row, "latitude"):
            places[where.iri] = (where, float(text(row, "longitude")), float(text(row, "latitude")))
            held[where.iri, text(row, "sort")].add(thing.text)
    west, east, south, north = box
    made: list[dict[str, Any]] = []
    outside = 0
    for (iri, sort), things in sorted(held.items(), key=lambda item: (-len(item[1]), item[0])):
        where, longitude, latitude = places[iri]
        if not (west <= longitude <= east and south <= latitude <= north):
            outside += 1
            continue
        x, y = at(longitude, latitude)
        aside = ASIDE.get(sort, (0.0, 0.0))
        r = 4.5 + 2.6 * math.sqrt(len(things))
        made.append(
            {
                "place": where,
                "sort": sort.split()[0],
                "path": mark(SHAPES.get(sort, "circle"), x + aside[0], y + aside[1], r),
                "title": f"{where.text}, {sort}: {', '.join(sorted(things))}",
                "n": len(things),
                "centre": (x, y),
                "box": around_mark(x + aside[0], y + aside[1], r),
            }
        )
    return made, outside


def _labels(marks: list[dict[str, Any]]) -> list[Label]:
    """One label for each place, those with most things first, clear of all marks of the place."""
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for m in marks:
        of[m["place"].iri].append(m)
    ranked = sorted(of.values(), key=lambda found: (-sum(m["n"] for m in found), found[0]["place"].text))
    labels = []
    for found in ranked:
        left, top = min(m["box"][0] for m in found), min(m["box"][1] for m in found)
        right, bottom = max(m["box"][2] for m in found), max(m["box"][3] for m in found)
        x, y = (left + right) / 2, (top + bottom) / 2
        labels.append(Label(short(found[0]["place"].text, 22), x, y, max(right - x, bottom - y)))
    return labels
