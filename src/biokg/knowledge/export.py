"""A folder to publish: the graph in every format, each layer, the tables, checksums and a description of it all."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biokg.errors import UsageError
from biokg.knowledge.build import open_published, publish
from biokg.knowledge.catalogue import AGENT, LICENCE, MAKERS, SUMMARY, TITLE
from biokg.terms import BASE, CATALOG_GRAPH, LAYERS, PREFIXES, layer_graph

if TYPE_CHECKING:
    from biokg.knowledge.assemble import Progress
    from biokg.knowledge.build import Publication
    from biokg.settings import Settings
    from biokg.store.base import Store

_WHOLE = {"nq": "N_QUADS", "trig": "TRIG", "jsonld": "JSON_LD"}
CHECKSUMS = "SHA256SUMS"
CRATE = "ro-crate-metadata.json"


def export(settings: Settings, folder: Path, *, progress: Progress | None = None) -> list[Path]:
    """Write the published version into *folder*, which must be empty or absent, and return the files.

    Raises UsageError when the folder holds something or the graph could not be built from the inputs as they are.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", fix="name a new folder")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", fix="name a new folder")
    publication = publish(settings, progress=progress)
    if publication.problem:
        raise UsageError(f"the inputs were refused\n{publication.problem}", fix="mend them, then export")
    folder.mkdir(parents=True, exist_ok=True)
    store = open_published(publication)
    _graphs(store, folder)
    _parquet(store, folder)
    _tables(settings.data_folder, folder / "tables")
    shutil.copyfile(publication.report, folder / "validation-report.txt")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    _crate(folder, sums, publication)
    files.append(folder / CRATE)
    sums[folder / CRATE] = hashlib.sha256((folder / CRATE).read_bytes()).hexdigest()
    lines = "".join(f"{digest}  {path.relative_to(folder).as_posix()}\n" for path, digest in sorted(sums.items()))
    (folder / CHECKSUMS).write_text(lines, encoding="utf-8")
    return [*files, folder / CHECKSUMS]


def _graphs(store: Store, folder: Path) -> None:
    import pyoxigraph as ox

    for suffix, form in _WHOLE.items():
        prefixes = None if suffix == "nq" else PREFIXES
        with (folder / f"biokg.{suffix}").open("wb") as file:
            ox.serialize(store.quads(), file, format=getattr(ox.RdfFormat, form), prefixes=prefixes)
    parts = {**{layer: layer_graph(layer) for layer in LAYERS}, "void": CATALOG_GRAPH}
    for name, graph in parts.items():
        with (folder / f"{name}.ttl").open("wb") as file:
            triples = (quad.triple for quad in store.quads(graph))
            ox.serialize(triples, file, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)


def _parquet(store: Store, folder: Path) -> None:
    """All quads as columns, for data frames."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyoxigraph import Literal

    columns: dict[str, list[str | None]] = {
        name: [] for name in ("subject", "predicate", "object", "datatype", "language", "graph")
    }
    for quad in sorted(store.quads(), key=str):
        value = quad.object
        literal = isinstance(value, Literal)
        columns["subject"].append(str(quad.subject).strip("<>"))
        columns["predicate"].append(quad.predicate.value)
        columns["object"].append(value.value if isinstance(value, Literal) else str(value).strip("<>"))
        columns["datatype"].append(value.datatype.value if isinstance(value, Literal) else None)
        columns["language"].append(value.language if isinstance(value, Literal) and literal else None)
        columns["graph"].append(str(quad.graph_name).strip("<>"))
    pq.write_table(pa.table(columns), folder / "biokg.parquet")


def _tables(data: Path, target: Path) -> None:
    """The tables with their CSVW metadata."""
    for path in sorted(data.rglob("*")):
        if path.is_file() and path.suffix in {".csv", ".json", ".tsv"}:
            copy = target / path.relative_to(data)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


_MEDIA = {
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".jsonld": "application/ld+json",
    ".ttl": "text/turtle",
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".txt": "text/plain",
}


def _crate(folder: Path, sums: dict[Path, str], publication: Publication) -> None:
    """The RO-Crate 1.1 description of the folder."""
    entries: list[dict[str, Any]] = []
    for path, digest in sums.items():
        entries.append(
            {
                "@id": path.relative_to(folder).as_posix(),
                "@type": "File",
                "name": path.name,
                "contentSize": str(path.stat().st_size),
                "encodingFormat": _MEDIA.get(path.suffix, "application/octet-stream"),
                "sha256": digest,
            }
        )
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": TITLE,
        "description": SUMMARY,
        "license": {"@id": LICENCE},
        "author": {"@id": AGENT},
        "publisher": {"@id": AGENT},
        "version": publication.version,
        "datePublished": _date(publication),
        "hasPart": [{"@id": entry["@id"]} for entry in entries],
    }
    about = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    licence = {"@id": LICENCE, "@type": "CreativeWork", "name": "Creative Commons Attribution 4.0 International"}
    agent = {"@id": AGENT, "@type": "Organization", "name": MAKERS, "url": BASE}
    graph = [about, root, licence, agent, *entries]
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    (folder / CRATE).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")


def _date(publication: Publication) -> str:
    """The day on which the version was built."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(publication.path.stat().st_mtime, tz=UTC).date().isoformat()
