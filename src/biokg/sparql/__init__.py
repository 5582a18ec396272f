"""SPARQL text: its tokens, what is refused before any parser, parameters, and result formats."""
