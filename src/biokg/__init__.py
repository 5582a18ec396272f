"""BioKG: a knowledge graph and semantic query service for regional innovation systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from biokg.client import Graph

__version__ = "0.1.0"
__all__ = ["__version__", "connect", "open"]


def open(data_dir: str | Path | None = None, state_dir: str | Path | None = None) -> Graph:
    """The graph of the project's own tables, or of those in *data_dir*; see :func:`biokg.client.open_graph`."""
    from biokg.client import open_graph

    return open_graph(data_dir, state_dir)


def connect(address: str) -> Graph:
    """The graph of the running service at *address*; see :func:`biokg.client.connect`."""
    from biokg.client import connect as connected

    return connected(address)
