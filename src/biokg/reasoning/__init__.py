"""What follows from the data and whether the ontology holds together (docs/validation.md)."""

from biokg.reasoning.materialisation import extend, materialise

__all__ = ["extend", "materialise"]
