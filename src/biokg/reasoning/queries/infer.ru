# One rule: what its body matches and no premise states goes into the graphs. A literal cannot become a subject.
# Graphs are filtered by name: an engine's own union of many graphs looks every triple up in each of them.
INSERT { {into} }
WHERE {
  {body}
  FILTER NOT EXISTS { GRAPH ?g { {head} } FILTER(?g IN ({sources})) }
  FILTER(!isLiteral({subject}))
}
