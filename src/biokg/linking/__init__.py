"""Linking: matching names to registries, reconciliation and federation."""
