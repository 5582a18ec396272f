"""RDF in and out: guarded parsing, serialisation, version hash, dataset descriptions."""
