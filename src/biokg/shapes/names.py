"""Names that are the same once case, punctuation and legal form are left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from biokg.shapes.index import Node

_LEGAL_FORM = re.compile(r"[ .,]+(nv|sa|s[.]a[.]|bv|bvba|sprl|srl|inc|ltd|plc|gmbh|ag|se|llc|corp|co)[.]?$")
_PUNCTUATION = re.compile(r"[ .,;:!?()/&+_-]")

Rows = Iterable[Mapping[str, Node]]


def name_key(name: str) -> str:
    """What is compared of a name (the same text stands in ontology/shapes/core.ttl for other engines).

    >>> name_key("ThromboGenics, N.V.") == name_key("Thrombogenics nv")
    False
    >>> name_key("Thrombo-Genics NV") == name_key("thrombogenics, nv")
    True
    """
    return _PUNCTUATION.sub("", _LEGAL_FORM.sub("", name.lower()))


class Holders:
    """Who has which name among the members of one class."""

    def __init__(self, rows: Rows) -> None:
        self._nodes: dict[str, set[Node]] = defaultdict(set)
        self._keys: dict[Node, set[str]] = defaultdict(set)
        self.add(rows)

    def add(self, rows: Rows) -> None:
        """Take in rows of a node (``this``) and its name (``found``)."""
        for row in rows:
            key = name_key(row["found"].value)
            self._nodes[key].add(row["this"])
            self._keys[row["this"]].add(key)

    def remove(self, nodes: Iterable[Node]) -> None:
        """Forget the names of *nodes*."""
        for node in nodes:
            for key in self._keys.pop(node, ()):
                self._nodes[key].discard(node)

    def others(self, node: Node, name: str) -> bool:
        """Somebody else has the name of *node*."""
        return bool(self._nodes.get(name_key(name), set()) - {node})

    def namesakes(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """Everybody who shares a name with one of *nodes*, these included."""
        return (other for node in nodes for key in self._keys.get(node, ()) for other in self._nodes[key])


class NameIndex:
    """The holders of names by class; kept between questions only if asked to."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._held: dict[str, Holders] = {}

    def of(self, class_iri: str, read: Callable[[], Rows]) -> Holders:
        """The holders of the names in a class, read if they are not at hand."""
        held = self._held.get(class_iri)
        if held is None:
            held = Holders(read())
            if self._keep:
                self._held[class_iri] = held
        return held

    def refresh(self, nodes: Sequence[Node], read: Callable[[str], Rows]) -> None:
        """Read the names of *nodes* anew."""
        for class_iri, held in self._held.items():
            held.remove(nodes)
            held.add(read(class_iri))
