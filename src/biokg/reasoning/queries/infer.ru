# One rule: what its body matches and no premise states goes into the graphs. A literal cannot become a subject.
INSERT { {into} } {using}
WHERE { {body} FILTER NOT EXISTS { {head} } FILTER(!isLiteral({subject})) }
