"""The alliance network: degree, betweenness and components, from networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biokg.queries import run

if TYPE_CHECKING:
    from biokg.store.base import Store

CAPTION = (
    "Links are sourced alliances only: a missing link is not known to be absent, and listed firms are better reported."
)


def alliance_network(store: Store, view: str = "all", *, transactions: bool = False) -> dict[str, Any]:
    """Nodes with degree, alliances and betweenness (unweighted, normalised), and the components, largest first."""
    import networkx as nx

    table = run(store, "alliance-network", {"transactions": transactions}, view)
    graph: nx.Graph[str] = nx.Graph()
    labels: dict[str, str] = {}
    for row in table.records():
        graph.add_edge(row["a"], row["b"], alliances=row["alliances"])
        labels[row["a"]], labels[row["b"]] = row["aLabel"] or row["a"], row["bLabel"] or row["b"]
    between = nx.betweenness_centrality(graph)
    weighted = dict(graph.degree(weight="alliances"))
    components = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part))
    nodes = [
        {
            "iri": node,
            "label": labels[node],
            "degree": int(graph.degree(node)),
            "alliances": int(weighted[node]),
            "betweenness": round(float(between[node]), 12),
        }
        for node in sorted(graph)
    ]
    return {
        "view": view,
        "nodes": sorted(nodes, key=lambda node: (-node["degree"], node["iri"])),
        "edges": [{"a": row["a"], "b": row["b"], "alliances": row["alliances"]} for row in table.records()],
        "components": [len(part) for part in components],
        "caption": CAPTION,
    }
