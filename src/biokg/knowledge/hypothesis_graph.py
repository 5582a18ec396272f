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
        populations = {entry["id"]: str(entry["label"]) for entry in _entries(folder, "populations", "population")}
        for entry in _entries(folder, "sub-claims", "sub-claim"):
            yield from _sub_claim(entry)
        for entry in _entries(folder, "criteria", "criterion"):
            yield from _criterion(entry, populations)
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise StoreError(f"{folder}: {error}", fix="mend the definitions of the hypotheses") from None


def _entries(folder: Path, file: str, kind: str) -> list[dict[str, Any]]:
    document = tomllib.loads((folder / f"{file}.toml").read_text(encoding="utf-8"))
    return list(document[kind])


def _quad(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(iri(subject), iri(predicate), value, iri(HYPOTHESIS_GRAPH))


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
    if "threshold" in entry:
        yield _quad(target, term("threshold"), decimal(str(entry["threshold"])))
