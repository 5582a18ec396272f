"""``biokg materialise``: add what follows from the data."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.rdf.fingerprint import DatasetHash
    from biokg.settings import Settings
    from biokg.store.disk import DiskStore

DESCRIPTION = """\
Work out what follows from the triples of the store in --store, or of the engine at --engine, by the axioms of the
ontology graph it holds, into graphs of their own, one per layer of sources. What an earlier run left there is replaced.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``materialise``."""
    commands.add_parser(
        "materialise", help="add what follows from the data of a store", description=DESCRIPTION
    ).set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Materialise and tell how many triples follow."""
    from biokg.errors import UsageError
    from biokg.reasoning import materialise
    from biokg.store import open_store
    from biokg.store.folder import StoreFolder
    from biokg.terms import LAYERS, inferred_graph

    found = 0

    def do(store: DiskStore, version: DatasetHash) -> None:
        nonlocal found
        for layer in LAYERS:
            version.remove(store.quads(inferred_graph(layer)))
        found = materialise(store)
        for layer in LAYERS:
            version.add(store.quads(inferred_graph(layer)))

    if settings.store is not None:
        done = StoreFolder(settings.store).change(do)
        print(f"{found:,} triples follow; {done.version.quads:,} quads, version {done.version.version}")
    elif settings.engine:
        print(f"{materialise(open_store(settings)):,} triples follow")
    else:
        raise UsageError(
            "the published graph holds what follows already", fix="name a store with --store DIR or --engine URL"
        )
    return 0
