"""The client for notebooks."""

from biokg.client.graph import Graph, connect, open_graph

__all__ = ["Graph", "connect", "open_graph"]
