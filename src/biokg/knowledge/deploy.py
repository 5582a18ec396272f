"""Build in another engine: the asserted graph is sent there, and what follows and what breaks is found there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biokg.terms import LAYERS, inferred_graph

if TYPE_CHECKING:
    from biokg.settings import Settings
    from biokg.shapes.report import ValidationReport
    from biokg.store.base import Store

Progress = Callable[[str, int, int | None], None]
STEP = 5000


@dataclass(frozen=True)
class Deployed:
    """What stands in the engine now: the version of the tables, quads sent, triples inferred there, the report."""

    version: str
    asserted: int
    inferred: int
    report: ValidationReport


def deploy(settings: Settings, store: Store, progress: Progress | None = None) -> Deployed:
    """Replace the graphs of the published version in *store* by that version, reason and validate there.

    Other graphs of the engine stay as they are. Raises what :func:`~biokg.knowledge.build.publish` raises before
    anything is sent, and RemoteEngineError when the engine fails: then run it again, it begins anew.
    """
    from biokg.knowledge.build import open_published, publish
    from biokg.reasoning import materialise
    from biokg.shapes import load_shapes, validate

    tell: Progress = progress or (lambda _stage, _done, _total: None)
    publication = publish(settings, progress=progress)
    published = open_published(publication)
    graphs = published.graphs()
    inferred = {inferred_graph(layer) for layer in LAYERS}
    for graph in graphs:
        store.update(f"DROP SILENT GRAPH <{graph}>")
    quads = [quad for graph in graphs if graph not in inferred for quad in published.quads(graph)]
    for start in range(0, len(quads), STEP):
        tell("sending", start, len(quads))
        store.add(quads[start : start + STEP])
    tell("reasoning", 0, None)
    added = materialise(store)
    shapes = load_shapes(settings.ontology_folder / "shapes")
    report = validate(store, graphs=graphs, shapes=shapes, progress=progress)
    return Deployed(publication.version, len(quads), added, report)
