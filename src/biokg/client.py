"""Notebook client (biokg.open, biokg.connect)."""
