"""The example notebook: written from its cells here, executed, and kept with its answers (``--write``)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "h2.ipynb"
CELLS: tuple[tuple[str, str], ...] = (
    (
        "markdown",
        "# H2: do alliances carry the development of new biotechnology firms?\n\n"
        "`biokg.open()` builds the graph of the project's own tables; `biokg.connect('http://127.0.0.1:8000')` asks a "
        "running service instead. Everything below works with either.",
    ),
    ("code", "import biokg\n\ngraph = biokg.open()\ngraph.queries().query('about.str.startswith(\"h2\")').head(10)"),
    ("markdown", "## The verdict, in each view of the sources"),
    ("code", "h2 = graph.hypothesis('H2')\nh2"),
    (
        "markdown",
        "## The numbers behind it\n\n`Y` members are known to fulfil a criterion, `X` known not to, `U` unknown. "
        "`low` counts every unknown as no, `high` as yes; a criterion is decided only if both lie on one side of the "
        "threshold.",
    ),
    ("code", "h2.criteria('to-2016')[['title', 'N', 'Y', 'X', 'U', 'low', 'high', 'outcome']]"),
    (
        "markdown",
        "## The same by hand\n\nWhich firms, whatever their group, have a sourced alliance, and which none?",
    ),
    (
        "code",
        "alliances = graph.query('h2-alliances-per-firm', view='to-2016')\n"
        "without = graph.query('h2-firms-without', view='to-2016')\n"
        "print(len(alliances), 'firms with,', len(without), 'without a sourced alliance')\n"
        "alliances.head(8)",
    ),
    ("markdown", "## A figure: alliances by year\n\nUndated alliances are shown apart, never given a year."),
    (
        "code",
        "import matplotlib.pyplot as plt\n\n"
        "years = graph.query('h2-alliances-by-year', view='all')\n"
        "dated = years[years['when'].str.fullmatch(r'\\d{4}')]\n"
        "undated = int(years['alliances'].sum() - dated['alliances'].sum())\n"
        "figure, axes = plt.subplots(figsize=(8, 3))\n"
        "axes.bar(dated['when'].astype(int), dated['alliances'].astype(int), color='#4477aa')\n"
        "axes.set(xlabel='year of signing', ylabel='alliances', title=f'Alliances ({undated} undated)')\n"
        "figure.tight_layout()",
    ),
    ("markdown", "## Evidence against\n\nEach line names its sources."),
    ("code", "evidence = h2.evidence('all')\nevidence[evidence['stance'] == 'challenges'].head()"),
)


def unexecuted() -> Any:
    """The notebook without answers."""
    import nbformat

    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for place, (kind, source) in enumerate(CELLS):
        cell = nbformat.v4.new_markdown_cell(source) if kind == "markdown" else nbformat.v4.new_code_cell(source)
        cell["id"] = f"cell-{place}"
        made.cells.append(cell)
    return made


def executed() -> Any:
    """The notebook with the answers of the graph as it is; raises when a cell fails."""
    from nbclient import NotebookClient

    notebook = unexecuted()
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in notebook.cells:
        cell.get("metadata", {}).pop("execution", None)
    return notebook


if __name__ == "__main__":
    import nbformat

    result = executed()
    if "--write" in sys.argv:
        nbformat.write(result, NOTEBOOK)
