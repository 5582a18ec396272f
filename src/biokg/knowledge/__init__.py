"""Tables to a published knowledge graph: typed reading, mapping to RDF, versions."""
