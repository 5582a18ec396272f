"""Whether a write may stand: the graph it leaves must break no shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biokg.errors import ValidationFailed

if TYPE_CHECKING:
    from biokg.store.base import Store

SHOWN = 20
"""Lines of the report that the refusal shows."""


def require_conformance(store: Store) -> None:
    """Raise :class:`ValidationFailed`, with the first of what is wrong, unless *store* conforms to the shapes."""
    from biokg.shapes.validation import validate

    report = validate(store)
    if not report.conforms:
        lines = report.text().splitlines()
        more = f"\n… and {len(lines) - SHOWN} lines more" if len(lines) > SHOWN else ""
        raise ValidationFailed(
            "the write was refused: the graph would break a shape\n" + "\n".join(lines[:SHOWN]) + more,
            fix="mend the data, or write without --validate-writes",
        )
