"""The definitions of ``data/hypotheses`` as RDF: sub-claims and criteria, for ``graph/hypothesis``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from biokg.errors import StoreError
from biokg.knowledge.emit import DESCRIPTION, boolean, decimal, iri, name, text
from biokg.terms import HYPOTHESIS_GRAPH, QUERY, RDF_TYPE, RDFS_LABEL, concept, entity, term


def hypothesis_quads(folder: Path) -> Iterator[Quad]:
    """Sub-claims and criteria of *folder*. Raises StoreError for a file that is no TOML or lacks a key."""
    if not (folder / "sub-claims.toml").is_file():
        return
    try:
        populations = _entries(folder, "populations", "population")
        for kind, entries in (("population", populations), ("rule", _entries(folder, "rules", "rule"))):
            for entry in entries:
                yield from _named(kind, entry)
        labels = {entry["id"]: str(entry["label"]) for entry in populations}
        for entry in _entries(folder, "sub-claims", "sub-claim"):
            yield from _sub_claim(entry)
        for entry in _entries(folder, "criteria", "criterion"):
            yield from _criterion(entry, labels)
        yield from _compared(folder)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise StoreError(f"{folder}: {error}", fix="mend the definitions of the hypotheses") from None


def _compared(folder: Path) -> Iterator[Quad]:
    """The regions that each hypothesis speaks of, where the design names them."""
    design = tomllib.loads((folder / "design.toml").read_text(encoding="utf-8"))
    for hypothesis, regions in design.get("compares-regions", {}).items():
        for region in regions:
            yield _quad(entity("hypothesis", hypothesis), term("comparesRegion"), iri(entity("region", region)))


def _entries(folder: Path, file: str, kind: str) -> list[dict[str, Any]]:
    document = tomllib.loads((folder / f"{file}.toml").read_text(encoding="utf-8"))
    held = document[kind]
    return [{"id": key, **entry} for key, entry in held.items()] if isinstance(held, dict) else list(held)


def _quad(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(iri(subject), iri(predicate), value, iri(HYPOTHESIS_GRAPH))


def _named(kind: str, entry: dict[str, Any]) -> Iterator[Quad]:
    """A population or a classification rule: its label and why it is among the choices."""
    target = entity(kind, entry["id"])
    yield _quad(target, RDF_TYPE, iri(term("Population" if kind == "population" else "ClassificationRule")))
    yield _quad(target, RDFS_LABEL, name(str(entry.get("label", entry["id"]))))
    if entry.get("reason"):
        yield _quad(target, DESCRIPTION, name(str(entry["reason"])))


def _sub_claim(entry: dict[str, Any]) -> Iterator[Quad]:
    target = entity("sub-claim", entry["id"])
    hypothesis = entity("hypothesis", entry["hypothesis"])
    yield _quad(hypothesis, term("hasSubClaim"), iri(target))
    yield _quad(target, RDF_TYPE, iri(term("SubClaim")))
    yield _quad(target, term("subClaimOf"), iri(hypothesis))
    yield _quad(target, RDFS_LABEL, name(entry["claim"]))
    yield _quad(target, DESCRIPTION, name(entry["reason"]))
    yield _quad(target, term("necessary"), boolean(entry["necessary"]))
    for kind in entry["kinds"]:
        yield _quad(target, term("claimKind"), iri(concept("claim-kind", kind)))


def _criterion(entry: dict[str, Any], populations: dict[str, str]) -> Iterator[Quad]:
    target = entity("criterion", entry["id"])
    yield _quad(entity("sub-claim", entry["sub-claim"]), term("hasCriterion"), iri(target))
    yield _quad(target, RDF_TYPE, iri(term("Criterion")))
    yield _quad(target, RDFS_LABEL, name(entry["title"]))
    yield _quad(target, DESCRIPTION, name(entry["reason"]))
    first = entry["populations"][0]
    yield _quad(target, term("population"), text(populations.get(first, first)))
    yield _quad(target, term("quantifier"), iri(concept("quantifier", entry["quantifier"])))
    yield _quad(target, term("designLevel"), iri(concept("design-level", entry["design-level"])))
    yield _quad(target, term("necessary"), boolean(entry["necessary"]))
    yield _quad(target, term("query"), iri(QUERY + entry["query"]))
    yield _quad(target, term("counterQuery"), iri(QUERY + entry["counter-query"]))
    for choice in entry["populations"]:
        yield _quad(target, term("populationChoice"), iri(entity("population", choice)))
    for rule in entry["rules"]:
        yield _quad(target, term("rule"), iri(entity("rule", rule)))
    if "exposure-query" in entry:
        yield _quad(target, term("exposureQuery"), iri(QUERY + entry["exposure-query"]))
    for value in entry.get("threshold-range", entry.get("at-least-range", ())):
        yield _quad(target, term("thresholdRange"), decimal(str(value)))
    if "threshold" in entry:
        yield _quad(target, term("threshold"), decimal(str(entry["threshold"])))
