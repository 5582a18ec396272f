"""SHACL validation and its readable report (docs/validation.md)."""

from biokg.shapes.incremental import Revalidation, validate_nodes
from biokg.shapes.report import Delegated, Result, ValidationReport
from biokg.shapes.validation import load_shapes, validate

__all__ = ["Delegated", "Result", "Revalidation", "ValidationReport", "load_shapes", "validate", "validate_nodes"]
