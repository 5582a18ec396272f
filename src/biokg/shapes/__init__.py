"""SHACL validation and its readable report (docs/validation.md)."""

from biokg.shapes.report import Delegated, Result, ValidationReport
from biokg.shapes.validation import load_shapes, validate

__all__ = ["Delegated", "Result", "ValidationReport", "load_shapes", "validate"]
