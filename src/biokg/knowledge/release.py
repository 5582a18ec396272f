"""Release artefacts of the ontology: one file per form, whole, with nothing left to import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from biokg.errors import StoreError, UsageError
from biokg.knowledge.jsonld_context import context_document
from biokg.terms import ONTOLOGY, PREFIXES, SCHEME

if TYPE_CHECKING:
    from pyoxigraph import Dataset, Quad, Triple

FORMS = {"ttl": "TURTLE", "rdf": "RDF_XML", "jsonld": "JSON_LD", "nt": "N_TRIPLES"}
PARTS = ("core", "full", "schemes")
_IMPORTS = PREFIXES["owl"] + "imports"
_ONTOLOGY = PREFIXES["owl"] + "Ontology"
_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["rdfs"] + "label"


def release(ontology_folder: Path, target: Path, *, host: str | None = None) -> list[Path]:
    """Write ``biokg-<part>.<form>`` into *target* for every part and form, and return the files.

    The parts: ``core`` (the twelve modules as one ontology), ``full`` (core with all alignments), ``schemes`` (every
    SKOS scheme, with declarations of the terms they use); beside them the JSON-LD context. Each part has one ontology
    header and imports nothing. The same files give the same bytes. Raises UsageError when the folder holds no ontology,
    StoreError when a file is no Turtle. *host*, such as ``https://biokg.example.org``, is the server to which w3id.org
    shall send readers: the redirect table is then written for it as ``.htaccess``; UsageError if it is no such address.
    """
    import pyoxigraph as ox

    target.mkdir(parents=True, exist_ok=True)
    written = []
    for part in PARTS:
        triples = list(_part(ontology_folder, part))
        for ending, name in FORMS.items():
            rdf_format = getattr(ox.RdfFormat, name)
            prefixes = None if ending == "nt" else _prefixes()
            file = target / f"biokg-{part}.{ending}"
            file.write_bytes(ox.serialize(triples, format=rdf_format, prefixes=prefixes) or b"")
            written.append(file)
    context = target / "biokg-context.jsonld"
    context.write_text(context_document(ontology_folder), encoding="utf-8")
    return [*written, context, *([_redirects(ontology_folder, target, host)] if host else [])]


def _redirects(ontology_folder: Path, target: Path, host: str) -> Path:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?/?", host):
        raise UsageError(f"{host!r} is no address of a server", fix="write it as https://biokg.example.org")
    table = (ontology_folder / "w3id" / ".htaccess").read_text(encoding="utf-8")
    file = target / ".htaccess"
    file.write_text(re.sub(r"(BIOKG_HOST=)\S+", rf"\g<1>{host.rstrip('/')}", table), encoding="utf-8")
    return file


def _prefixes() -> dict[str, str]:
    return {name: iri for name, iri in PREFIXES.items() if name not in ("bkgraph", "bkq", "bksh")}


def _files(folder: Path, part: str) -> list[Path]:
    if part == "schemes":
        return [*sorted((folder / "schemes").glob("*.ttl")), *sorted((folder / "release").glob("schemes.ttl"))]
    modules = sorted(folder.glob("*.ttl"))
    return modules + sorted((folder / "alignments").glob("*.ttl")) if part == "full" else modules


def _part(folder: Path, part: str) -> Iterator[Triple]:
    """The triples of a part in a settled order; headers of modules and imports left out, each statement once."""
    import pyoxigraph as ox

    files = _files(folder, part)
    if not files:
        raise UsageError(f"no ontology found in {folder}", fix="Name the folder that holds biokg.ttl and schemes/.")
    dataset = ox.Dataset(quad for file in files for quad in _read(file))
    if part == "schemes":
        dataset = ox.Dataset([*dataset, *_declarations(folder, dataset)])
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    headers = {
        quad.subject for quad in dataset if quad.predicate.value == _TYPE and quad.object == ox.NamedNode(_ONTOLOGY)
    } - {ox.NamedNode(SCHEME if part == "schemes" else ONTOLOGY)}
    kept = (quad for quad in dataset if quad.subject not in headers and quad.predicate.value != _IMPORTS)
    yield from (quad.triple for quad in sorted(kept, key=str))


def _read(file: Path) -> Iterator[Quad]:
    import pyoxigraph as ox

    try:
        yield from ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    except (OSError, SyntaxError) as error:
        raise StoreError(f"{file}: {error}", fix="mend the file") from None


def _declarations(folder: Path, used_by: Dataset) -> Iterator[Quad]:
    """What the modules say a term is (``a owl:Class`` …) and how they call it, for every term that *used_by* uses."""
    used = {quad.predicate for quad in used_by} | {quad.object for quad in used_by if quad.predicate.value == _TYPE}
    for file in _files(folder, "core"):
        for quad in _read(file):
            kind = quad.predicate.value == _TYPE and str(quad.object).startswith("<" + PREFIXES["owl"])
            if quad.subject in used and (kind or quad.predicate.value == _LABEL):
                yield quad
