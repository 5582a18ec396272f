# Empty a graph that need not be there.
DROP SILENT GRAPH {graph}
