"""Every peer that is installed here, over one generated world, ready to be asked side by side."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from biokg.errors import BioKGError
from biokg.scale.bench import PER_FIRM, Report
from biokg.scale.faults import generate
from biokg.scale.loading import load_files, load_stream
from biokg.scale.peers import own_server, oxigraph_server, rdflib_endpoint
from biokg.scale.targets import Endpoint, RdflibStore, Target
from biokg.scale.virtuoso import virtuoso_server
from biokg.scale.world import World

RDFLIB_UP_TO = 300_000
"""Quads up to which rdflib is asked: above, one query takes minutes."""


@dataclass(frozen=True)
class Contest:
    """The targets, the first of which others are compared with; who is missing and why; the quads of each."""

    targets: list[Target]
    missing: list[str]
    quads: int


def write_world(file: Path, size: int, seed: int, fixed: str = "") -> Path:
    """Write a world of about *size* quads after the lines *fixed* into *file*, whose folder is made; gives *file*."""
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8") as stream:
        stream.write(fixed)
        stream.writelines(lines for lines, _ in generate(World(max(50, size // PER_FIRM), seed)))
    return file


@contextmanager
def native_server(folder: Path, file: Path) -> Iterator[Endpoint]:
    """The native Oxigraph server over the N-Quads *file*, loaded into the new *folder*."""
    with file.open("rb") as stream:
        load_stream(folder, stream)
    with oxigraph_server(folder) as endpoint:
        yield endpoint


@contextmanager
def contest(size: int, seed: int, fixed: str, report: Report) -> Iterator[Contest]:
    """A world of about *size* quads after the lines *fixed*, loaded into every peer; all end when left."""
    folder = Path(tempfile.mkdtemp(prefix="biokg-peers-"))
    try:
        with ExitStack() as stack:
            file = write_world(folder / "virtuoso" / "world.nq", size, seed, fixed)
            report("load")
            quads = load_files(folder / "own", [file])
            targets: list[Target] = [
                stack.enter_context(native_server(folder / "native", file)),
                stack.enter_context(own_server(folder / "own")),
            ]
            missing: list[str] = []
            try:
                report("load into Virtuoso")
                virtuoso = stack.enter_context(virtuoso_server(file.parent, memory=max(300, quads // 5000)))
                virtuoso.load(file)
                targets.append(virtuoso.endpoint)
            except BioKGError as error:
                missing.append(f"Virtuoso: {error}")
            if quads > RDFLIB_UP_TO:
                missing.append(f"rdflib and rdflib-endpoint: asked up to {RDFLIB_UP_TO:,} quads only")
            else:
                report("load into rdflib")
                targets.append(RdflibStore.of(file.read_bytes()))
                try:
                    targets.append(stack.enter_context(rdflib_endpoint(file)))
                except BioKGError as error:
                    missing.append(f"rdflib-endpoint: {error}")
            yield Contest(targets, missing, quads)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
