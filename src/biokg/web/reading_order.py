"""In which order a page says things: names first, then as the SHACL shapes of the thing's classes list properties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from biokg.terms import ONTOLOGY, PREFIXES
from biokg.web.links import words
from biokg.web.service import service

SKOS = PREFIXES["skos"]
FIRST = (
    *(SKOS + name for name in ("prefLabel", "altLabel", "definition", "scopeNote")),
    PREFIXES["rdfs"] + "comment", PREFIXES["dcterms"] + "description",
    *(ONTOLOGY + name for name in ("wording", "restatedWording", "text")),
)  # fmt: skip
"""Names and what the thing is, before everything else."""
UNSHAPED = (
    PREFIXES["rdfs"] + "subClassOf", PREFIXES["rdfs"] + "subPropertyOf",
    PREFIXES["rdfs"] + "domain", PREFIXES["rdfs"] + "range",
    *(ONTOLOGY + name for name in (
        "roleText", "hasClassification", "basedIn", "specialisation", "technologyPlatform", "spunOutOf",
        "foundersFrom", "founder", "partOf", "allianceType", "hasRole", "playedBy", "roleType", "knowledgeFlow",
        "stageText", "year", "policyKind", "appliesIn", "goal",
    )),
    SKOS + "broader", SKOS + "narrower", SKOS + "inScheme",
)  # fmt: skip
"""What no shape of the thing's classes lists, in reading order; the rest follows by name."""
LAST = (PREFIXES["rdfs"] + "isDefinedBy", PREFIXES["rdfs"] + "seeAlso", ONTOLOGY + "note")


def in_reading_order(properties: Iterable[str], classes: Sequence[str]) -> list[str]:
    """*properties* sorted for a thing of *classes*, the most specific class first."""
    shaped: dict[str, int] = {}
    orders = _orders(service().settings.ontology_folder / "shapes")
    for name in classes:
        for prop in orders.get(name, ()):
            shaped.setdefault(prop, len(shaped))

    def key(prop: str) -> tuple[int, int, str]:
        for rank, known in enumerate((FIRST, tuple(shaped), UNSHAPED)):
            if prop in known and prop not in LAST:
                return (rank, known.index(prop), "")
        return (4 if prop in LAST else 3, 0, words(prop).lower())

    return sorted(properties, key=key)


@cache
def _orders(folder: Path) -> dict[str, tuple[str, ...]]:
    """For each class the properties that the shapes with it as target list, in the order of the documents."""
    from biokg.errors import UsageError
    from biokg.shapes import load_shapes

    try:
        shapes = load_shapes(folder)
    except UsageError:
        return {}
    found: dict[str, list[str]] = {}
    for shape in shapes.targeted:
        paths = [shapes.by_node[node].path for node in shape.properties if node in shapes.by_node]
        listed = [str(path.iri) for path in paths if path is not None and path.iri]
        for target in shape.targets:
            if target.kind == "targetClass":
                found.setdefault(str(getattr(target.term, "value", "")), []).extend(listed)
    return {name: tuple(dict.fromkeys(listed)) for name, listed in found.items()}
