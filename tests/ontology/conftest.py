"""The ontology as files: each module, the schemes, and all of it in one store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse

MODULES = (
    "core",
    "region",
    "actors",
    "policy",
    "firm",
    "alliance",
    "asset",
    "business-model",
    "open-innovation",
    "indicator",
    "hypothesis",
    "coverage",
)


def read(*files: Path) -> Store:
    """The triples of *files* in a store of their own."""
    held = Store()
    for file in files:
        held.bulk_extend(parse(path=file, format=RdfFormat.TURTLE))
    return held


@pytest.fixture(scope="session")
def folder(repository: Path) -> Path:
    return repository / "ontology"


@pytest.fixture(scope="session")
def modules(folder: Path) -> Mapping[str, Store]:
    return {name: read(folder / f"{name}.ttl") for name in MODULES}


@pytest.fixture(scope="session")
def ontology(folder: Path) -> Store:
    """Root and modules."""
    return read(*sorted(folder.glob("*.ttl")))


@pytest.fixture(scope="session")
def vocabulary(folder: Path) -> Store:
    """Root, modules and schemes."""
    return read(*sorted(folder.glob("*.ttl")), *sorted((folder / "schemes").glob("*.ttl")))
