"""Alignments stand in files of their own, each also as an SSSOM row that says where the other term was seen."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

OWN = ("https://w3id.org/biokg/ontology/", "https://w3id.org/biokg/scheme/")
LINKING = {
    "http://www.w3.org/2000/01/rdf-schema#subClassOf",
    "http://www.w3.org/2000/01/rdf-schema#subPropertyOf",
} | {f"http://www.w3.org/2004/02/skos/core#{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")}


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "alignments" / "alignments.sssom.tsv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


@pytest.fixture(scope="module")
def curies(folder: Path) -> dict[str, str]:
    lines = (folder / "alignments" / "alignments.sssom.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.removeprefix("#   ").split(": ", 1) for line in lines if line.startswith("#   "))
    return dict(pairs)  # type: ignore[arg-type]


def _iri(curie: str, curies: dict[str, str]) -> str:
    prefix, _, name = curie.partition(":")
    return curies[prefix] + name if prefix in curies else curie


def test_every_alignment_has_a_row_and_every_row_an_alignment(
    folder: Path, rows: list[dict[str, str]], curies: dict[str, str]
) -> None:
    told = {
        (_iri(row["subject_id"], curies), _iri(row["object_id"], curies))
        for row in rows
        if row["object_id"] != "sssom:NoTermFound"
    }
    made = {
        (triple.subject.value, triple.object.value)
        for file in (folder / "alignments").glob("*.ttl")
        for triple in parse(path=file, format=RdfFormat.TURTLE)
        if isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
        and triple.predicate.value in LINKING
    }
    assert len(made) > 80
    assert made == told


def test_every_row_says_where_the_term_was_seen_and_why_it_fits(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert row["mapping_justification"].startswith("semapv:"), row
        assert row["comment"], row
        if row["object_id"] != "sssom:NoTermFound":
            assert row["object_source"], row


def test_every_class_has_a_row(folder: Path, rows: list[dict[str, str]]) -> None:
    told = {row["subject_id"] for row in rows}
    for file in folder.glob("*.ttl"):
        for triple in parse(path=file, format=RdfFormat.TURTLE):
            if triple.predicate.value.endswith("#type") and triple.object == NamedNode(
                "http://www.w3.org/2002/07/owl#Class"
            ):
                name = triple.subject.value  # type: ignore[union-attr]
                if name.startswith(OWN[0]):
                    assert "bkg:" + name.removeprefix(OWN[0]) in told, name


def test_no_module_of_the_core_mentions_an_alignment(folder: Path) -> None:
    for file in folder.glob("*.ttl"):
        assert "alignment" not in file.read_text(encoding="utf-8"), file.name
