"""Answers to anybody's query: read in bounded memory, and shown in the views that fit them."""
