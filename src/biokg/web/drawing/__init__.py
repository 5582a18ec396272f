"""Pictures of the graph: layouts computed here, drawn by the SVG templates, each with its table and its query."""
