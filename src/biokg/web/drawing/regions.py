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
from biokg.web.drawing.base import Drawing, mark, short, text
from biokg.web.service import service

WIDTH, PAD = 980.0, 16.0
MIDDLE = math.radians(50.5)
ASIDE = {"firm": (-5.0, 0.0), "parent of spin-offs": (6.0, 0.0), "cluster node": (0.0, -11.0)}
"""Marks of several sorts at one place stand side by side."""
SHAPES = {"firm": "circle", "parent of spin-offs": "square", "cluster node": "diamond"}
NAMED = 22


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

    inside, outside = _marks(rows, at, (west, east, south, north))
    regions = [f for f in features if f["properties"]["level"] == 1]
    return Drawing(
        WIDTH,
        PAD * 2 + (north - south) * scale + 34,
        ("sort", "thing", "place", "latitude", "longitude"),
        list(rows),
        {
            "regions": [(f["properties"]["nuts_code"], f["properties"]["label_en"], outline(f)) for f in regions],
            "provinces": [outline(f) for f in features if f["properties"]["level"] == 2],
            "marks": inside,
            "legend": [(sort, mark(shape, 0, 0, 7)) for sort, shape in SHAPES.items()],
        },
        note=f"{outside} marks lie outside Belgium and are in the table only." if outside else "",
    )


def _marks(rows: Sequence[Row], at: Any, box: tuple[float, float, float, float]) -> tuple[list[dict[str, Any]], int]:
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    places: dict[str, tuple[Value, float, float]] = {}
    for row in rows:
        place, thing = row["place"], row["thing"]
        if place and thing and place.iri:
            places[place.iri] = (place, float(text(row, "longitude")), float(text(row, "latitude")))
            held[place.iri, text(row, "sort")].add(thing.text)
    west, east, south, north = box
    totals: dict[str, int] = defaultdict(int)
    for (iri, _), things in held.items():
        totals[iri] += len(things)
    ranked = sorted(totals, key=lambda i: -totals[i])[:NAMED]
    made: list[dict[str, Any]] = []
    outside = 0
    for (iri, sort), things in sorted(held.items(), key=lambda item: -len(item[1])):
        place, longitude, latitude = places[iri]
        if not (west <= longitude <= east and south <= latitude <= north):
            outside += 1
            continue
        x, y = at(longitude, latitude)
        aside = ASIDE.get(sort, (0.0, 0.0))
        r = 4.5 + 2.6 * math.sqrt(len(things))
        first = iri in ranked and not any(m["place"].iri == iri for m in made)
        made.append(
            {
                "place": place,
                "sort": sort.split()[0],
                "path": mark(SHAPES.get(sort, "circle"), x + aside[0], y + aside[1], r),
                "title": f"{place.text}, {sort}: {', '.join(sorted(things))}",
                "label": short(place.text, 22) if first else "",
                "x": x + r + 7,
                "y": y + 4,
            }
        )
    _unpile([m for m in made if m["label"]])
    return made, outside


def _unpile(labels: list[dict[str, Any]]) -> None:
    """Move labels that would lie on each other down until they do not."""
    placed: list[dict[str, Any]] = []
    for label in sorted(labels, key=lambda m: m["y"]):
        while any(abs(label["y"] - p["y"]) < 12 and _overlap(label, p) for p in placed):
            label["y"] += 3
        placed.append(label)


def _overlap(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(a["x"] < b["x"] + 7 * len(b["label"]) and b["x"] < a["x"] + 7 * len(a["label"]))
