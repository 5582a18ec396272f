"""The whole dataset in a store: mapped tables, ontology, schemes, hypotheses and identity links."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import biokg
from biokg.errors import StoreError
from biokg.terms import BASE, HYPOTHESIS_GRAPH, ID, ONTOLOGY_GRAPH, SCHEME_GRAPH

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from biokg.knowledge.context import Context
    from biokg.settings import Settings
    from biokg.store.base import Store

GENID = BASE + ".well-known/genid/"

Progress = Callable[[str, int, int | None], None]


def input_files(settings: Settings) -> list[Path]:
    """Every file that the published graph depends on, the code included."""
    package = Path(biokg.__file__).resolve().parent
    areas = ("knowledge", "rdf", "shapes", "reasoning", "store", "queries", "terms.py")
    code = [file for area in areas for file in _files(package / area, {".py", ".rq"})]
    data = _files(settings.data_folder, {".csv", ".json", ".ttl", ".tsv", ".toml", ".geojson"})
    imports = settings.state_folder / "imports"
    held = _imported(imports) if imports.is_dir() else []
    return [*data, *_files(settings.ontology_folder, {".ttl", ".rq"}), *held, *code]


def _imported(place: Path) -> list[Path]:
    from biokg.knowledge.imports import PENDING, is_abandoned

    found = _files(place, {file.suffix for file in place.rglob("*")})
    return [file for file in found if file.name != PENDING and not is_abandoned(file.parent)]


def _files(place: Path, endings: set[str]) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(file for file in place.rglob("*") if file.suffix in endings and file.is_file())


def input_fingerprint(settings: Settings) -> str:
    """A hash of the names and bytes of :func:`input_files`; another one means that a build is due."""
    digest = hashlib.sha256(biokg.__version__.encode())
    for file in input_files(settings):
        content = file.read_bytes()
        digest.update(f"\0{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def skolemised(path: Path, target: str) -> Iterator[Quad]:
    """The triples of a Turtle file in graph *target*; blank nodes become IRIs that the content alone determines."""
    import pyoxigraph as ox

    try:
        dataset = ox.Dataset(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except (OSError, SyntaxError, ValueError) as error:
        raise StoreError(f"{path}: {error}", fix="mend the file") from None
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    stem = f"{path.parent.name}-{path.stem}"

    def named(node: object) -> ox.NamedNode:
        if isinstance(node, ox.NamedNode):
            return node
        return ox.NamedNode(f"{GENID}{stem}-{str(node).removeprefix('_:')}")

    held = ox.NamedNode(target)
    for quad in sorted(dataset, key=str):
        value = quad.object
        yield ox.Quad(
            named(quad.subject),
            quad.predicate,
            value if isinstance(value, ox.Literal) else named(value),
            held,
        )


def assemble(settings: Settings, store: Store, context: Context, progress: Progress) -> None:
    """Fill *store* with everything asserted. Raises DataError or StoreError before anything is added."""
    from biokg.knowledge.mapping import map_context

    progress("mapping to RDF", 0, sum(len(rows) for rows in context.tables.values()))
    quads = map_context(context)
    progress("loading", 0, len(quads))
    fixed = [
        *vocabulary_quads(settings.ontology_folder),
        *framework_quads(settings.data_folder),
        *_queries(settings.ontology_folder),
    ]
    links = list(_links(settings.data_folder, quads))
    for part in (quads, fixed, links):
        store.add(part)


def vocabulary_quads(folder: Path) -> Iterator[Quad]:
    """The ontology *folder* as quads: modules and alignments in one graph, schemes of codes in another."""
    for file in sorted(folder.glob("*.ttl")) + sorted((folder / "alignments").glob("*.ttl")):
        yield from skolemised(file, ONTOLOGY_GRAPH)
    for file in sorted((folder / "schemes").glob("*.ttl")):
        yield from skolemised(file, SCHEME_GRAPH)


def _queries(folder: Path) -> Iterator[Quad]:
    from biokg.queries.catalogue import catalogue
    from biokg.queries.published import CANNED, COMPETENCY, competency_questions, query_quads

    yield from query_quads(catalogue().values(), CANNED)
    yield from query_quads(competency_questions(folder).values(), COMPETENCY)


def framework_quads(folder: Path) -> Iterator[Quad]:
    """The hypotheses of the data *folder* with their criteria, as quads."""
    from biokg.knowledge.hypothesis_graph import hypothesis_quads

    yield from hypothesis_quads(folder / "hypotheses")
    for file in sorted((folder / "hypotheses").glob("*.ttl")):
        yield from skolemised(file, HYPOTHESIS_GRAPH)


def _links(folder: Path, quads: Iterable[Quad]) -> Iterator[Quad]:
    if not (folder / "links").is_dir():
        return
    from biokg.knowledge.links import link_quads

    kinds = tuple(ID + kind for kind in ("organization/", "alliance/", "place/"))
    subjects = (str(quad.subject).strip("<>") for quad in quads)
    known = {subject for subject in subjects if subject.startswith(kinds)}
    yield from link_quads(folder, known=known)
