"""Whether a write may stand: the graph it leaves must break no shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biokg.errors import ValidationFailed

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

    from biokg.execution.writes import Changes
    from biokg.store.base import Store

_SCHEMA = ("http://www.w3.org/2000/01/rdf-schema#sub", "http://www.w3.org/2002/07/owl#")
SHOWN = 20
"""Lines of the report that the refusal shows."""


MOST_CHANGED = 2000
"""Changed quads up to which only what they touch is checked."""


def require_conformance(store: Store, changes: Changes) -> None:
    """Raise :class:`ValidationFailed`, with the first of what is wrong, unless *store* conforms to the shapes.

    Of a small change only the nodes it touches and those that refer to them are checked; all of the store where
    blank nodes or the classes themselves changed, which reach further.
    """
    from biokg.shapes.incremental import validate_nodes
    from biokg.shapes.validation import validate

    nodes = _touched(changes)
    report = validate(store) if nodes is None else validate_nodes(store, nodes)
    if not report.conforms:
        lines = report.text().splitlines()
        more = f"\n… and {len(lines) - SHOWN} lines more" if len(lines) > SHOWN else ""
        raise ValidationFailed(
            "the write was refused: the graph would break a shape\n" + "\n".join(lines[:SHOWN]) + more,
            fix="mend the data, or write without --validate-writes",
        )


def _touched(changes: Changes) -> list[NamedNode] | None:
    """Subjects and objects of the changed quads; ``None`` where more than they must be checked."""
    from pyoxigraph import BlankNode, NamedNode, Triple

    quads = changes.added | changes.removed
    ends = [end for quad in quads for end in (quad.subject, quad.object)]
    if len(quads) > MOST_CHANGED or any(isinstance(end, BlankNode | Triple) for end in ends):
        return None
    if any(quad.predicate.value.startswith(_SCHEMA) for quad in quads):
        return None
    return [end for end in ends if isinstance(end, NamedNode)]
