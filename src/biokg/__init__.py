"""BioKG: a knowledge graph and semantic query service for regional innovation systems."""

__version__ = "0.1.0"
