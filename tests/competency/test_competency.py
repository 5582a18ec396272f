"""Every competency question has the expected rows, and a perturbed twin of the data answers otherwise.

After a deliberate change of the data, `BIOKG_RENEW=1 pytest tests/competency` writes the expected rows anew; the
difference is then read like any other change.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Quad, QuerySolutions
from pyoxigraph import Store as Engine

from biokg.queries.catalogue import read_folder
from biokg.store.base import Store

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = read_folder(ROOT / "ontology" / "competency")
EXPECTED = Path(__file__).parent / "expected"
PERTURBED = Path(__file__).parent / "perturbed"


def _cell(term: Any) -> str:
    return "" if term is None else str(term.value).replace("\t", " ").replace("\n", " ")


def _answer(world: Engine, text: str) -> str:
    solutions = world.query(text)
    assert isinstance(solutions, QuerySolutions)
    lines = ["\t".join(variable.value for variable in solutions.variables)]
    lines += ["\t".join(_cell(term) for term in row) for row in solutions]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def world(store: Store) -> Engine:
    """Every statement of every graph once, in a store of this module's own, since the twins take some away."""
    merged = Engine()
    merged.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in store.quads())
    return merged


def test_there_are_questions_for_every_hypothesis_and_every_kind_of_user() -> None:
    groups = {question.group for question in QUESTIONS.values()}
    assert groups == {"h1", "h2", "h3", "h4", "researcher", "linker", "re-user", "policy-maker"}
    assert len(QUESTIONS) >= 60


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_has_its_expected_rows(world: Engine, name: str) -> None:
    answer = _answer(world, QUESTIONS[name].text)
    file = EXPECTED / f"{name}.tsv"
    if os.environ.get("BIOKG_RENEW") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(answer, encoding="utf-8")
    assert answer == file.read_text(encoding="utf-8"), f"{QUESTIONS[name].question} (renew with BIOKG_RENEW=1)"
    assert answer.count("\n") > 1, "a question whose answer is empty proves nothing"


@pytest.mark.parametrize("name", QUESTIONS)
def test_answer_changes_when_the_data_does(world: Engine, name: str) -> None:
    taken = [
        Quad(triple.subject, triple.predicate, triple.object)
        for triple in world.query((PERTURBED / f"{name}.rq").read_text(encoding="utf-8"))
    ]
    assert taken, "the twin takes nothing away"
    before = _answer(world, QUESTIONS[name].text)
    for quad in taken:
        world.remove(quad)
    try:
        assert _answer(world, QUESTIONS[name].text) != before
    finally:
        world.extend(taken)
