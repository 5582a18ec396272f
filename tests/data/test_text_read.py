"""What the source text names is held: its numbers, its names, and each place where it cites a work."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

NEAR = 600
"""How far, in characters, the quoted words of a row may stand from the citation that the row holds."""

NO_NAMES = {"Agent", "Directions", "Prior", "Scene", "Startups", "YTD", "Flandres", "Gassman"}
"""Words with a capital that open a line or a heading, and two that the tables spell as Flanders and Gassmann."""


@pytest.fixture(scope="module")
def text(repository: Path) -> str:
    path = repository.parent / "shared" / "source" / "dissertation.txt"
    if not path.is_file():
        pytest.skip("the source text is not beside this checkout")
    return " ".join(path.read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def rows(repository: Path) -> list[dict[str, str]]:
    found = []
    for path in sorted((repository / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            found += [row | {"table": path.stem} for row in csv.DictReader(lines)]
    return found


@pytest.fixture(scope="module")
def held(rows) -> str:
    """Every cell that says something: the quotes, which are the text itself, prove nothing."""
    return "\n".join(cell for row in rows for name, cell in row.items() if name not in {"locator", "source"} and cell)


def test_every_number_of_the_text_stands_in_a_cell(text, held):
    numbers, stated = (set(re.findall(r"\d+(?:[.,]\d+)?", words)) for words in (text, held))
    assert len(numbers) > 80
    assert sorted(numbers - stated) == []


def test_every_name_of_the_text_stands_in_a_cell(text, held):
    inside = set(re.findall(r"(?<=[\w,;(] )[A-ZÀ-Þ][\w&+]{2,}", text)) - NO_NAMES
    assert len(inside) > 200
    stated = set(re.findall(r"[\w&+]{3,}", held.lower()))
    assert sorted(word for word in inside if word.lower() not in stated) == []


def _cited(work: dict[str, str], text: str) -> list[int]:
    """Where the text cites *work*: the author, then the year, in a list of years or by itself."""
    authors = work["authors"]
    first = re.escape(re.split(r" and | et al|,| & ", authors)[0].replace("Gassmann", "Gassman"))
    several = r"n? et al\.?" if "et al" in authors else r"n? (?:and|&) [\w' -]+?" if " and " in authors else "n?(?:’s)?"
    alone = "" if " and " in authors or "et al" in authors else r"(?<!and )(?<!& )"
    year = rf"[ ,(]+(?:[12]\d{{3}}[ab]?[;,] ?)*{re.escape(work['year'])}(?![\dab])"
    return [match.start() for match in re.finditer(alone + first + several + year, text)]


def test_every_citation_of_the_text_is_held_beside_its_words(text, rows):
    quoted = defaultdict(list)
    for row in rows:
        if row.get("cites") and row["source"] == "dissertation":
            letters = filter(str.isalnum, row["locator"])
            found = [match.start() for match in re.finditer(r"[\W_]*".join(map(re.escape, letters)), text)]
            for work in row["cites"].split(";"):
                quoted[work] += found
    works = [row for row in rows if row["table"] == "references" and row["source"] == "dissertation"]
    cited = [(work["id"], at) for work in works for at in _cited(work, text)]
    assert len(cited) > 250
    assert [(work, text[at : at + 60]) for work, at in cited if not any(abs(p - at) < NEAR for p in quoted[work])] == []
