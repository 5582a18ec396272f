"""Each engine with the graph built into it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from started import Engine, started

from biokg.knowledge.deploy import deploy
from biokg.settings import Settings
from biokg.store.remote import RemoteStore


@pytest.fixture(scope="session", params=["oxigraph", "virtuoso"])
def engine(
    request: pytest.FixtureRequest, settings: Settings, publication: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Each engine in turn."""
    with started(request.param, tmp_path_factory.mktemp(request.param)) as address:
        there = replace(settings, engine=address)
        store = RemoteStore(address, timeout=120)
        yield Engine(request.param, address, deploy(there, store))
