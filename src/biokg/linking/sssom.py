"""Mapping sets as SSSOM tables: a name as text on one side, a record on the other."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO
from urllib.parse import quote

from biokg.terms import ID

MANUAL = "semapv:ManualMappingCuration"
NO_TERM = "sssom:NoTermFound"
COLUMNS = (
    "subject_type", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label",
    "mapping_justification", "reviewer_id", "reviewer_label", "confidence", "object_source", "mapping_tool",
    "mapping_date", "comment",
)  # fmt: skip
PREFIXES = {
    "bki": ID,
    "lei": "https://www.gleif.org/lei/",
    "orcid": "https://orcid.org/",
    "record": "urn:record:",
    "ror": "https://ror.org/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "wd": "http://www.wikidata.org/entity/",
}
"""Prefixes of the mapping set; ``record`` stands before ids that are no address, as a table of one's own has them."""


@dataclass(frozen=True)
class MappingSet:
    """What is said of the whole set: where the records come from (a file or an address), by what, on which day."""

    source: str
    tool: str
    date: str


def curie(identifier: str) -> str:
    """*identifier* in short, as SSSOM wants it.

    >>> curie("https://ror.org/04spfxf63"), curie("7245009C5FZE6G9ODQ71"), curie("Q30268786"), curie("17")
    ('ror:04spfxf63', 'lei:7245009C5FZE6G9ODQ71', 'wd:Q30268786', 'record:17')
    """
    for prefix, namespace in PREFIXES.items():
        if identifier.startswith(f"{prefix}:"):
            return identifier
        if identifier.startswith(namespace) and len(identifier) > len(namespace):
            return f"{prefix}:{identifier[len(namespace) :]}"
    if identifier.startswith(("http://", "https://", "urn:")):
        return identifier
    if len(identifier) == 20 and identifier.isalnum() and identifier.isupper():
        return f"lei:{identifier}"
    return f"wd:{identifier}" if identifier[:1] == "Q" and identifier[1:].isdigit() else f"record:{quote(identifier)}"


def mapping_row(name: str, identifier: str, label: str, about: MappingSet) -> dict[str, str]:
    """One mapping of a name to a record, exact until another predicate is set."""
    return {
        "subject_type": "rdfs literal",
        "subject_label": name,
        "predicate_id": "skos:exactMatch",
        "object_id": curie(identifier),
        "object_label": label,
        "object_source": about.source if "://" in about.source else curie(about.source),
        "mapping_tool": about.tool,
        "mapping_date": about.date,
    }


def write_mapping_set(stream: TextIO, rows: Iterable[Mapping[str, str]]) -> None:
    """The set as SSSOM/TSV: the metadata as commented YAML, then a line per mapping."""
    stream.write("# mapping_set_id: https://w3id.org/biokg/id/mapping-set/link\n")
    stream.write("# license: https://creativecommons.org/publicdomain/zero/1.0/\n")
    stream.write("# curie_map:\n")
    for prefix, namespace in PREFIXES.items():
        stream.write(f'#   {prefix}: "{namespace}"\n')
    writer = csv.DictWriter(stream, COLUMNS, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
