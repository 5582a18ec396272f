"""Answering the four hypotheses: criteria, evidence, verdicts, robustness; all recomputed from the graph."""

from biokg.hypotheses.assessment import ALL_VIEWS, HypothesisAssessment, assess, project_definitions
from biokg.hypotheses.definitions import Definitions, load_definitions

__all__ = ["ALL_VIEWS", "Definitions", "HypothesisAssessment", "assess", "load_definitions", "project_definitions"]
