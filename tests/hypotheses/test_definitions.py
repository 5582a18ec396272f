"""The definitions are read strictly, and every name they use exists."""

import shutil
from pathlib import Path

import pytest

from biokg.errors import UsageError
from biokg.hypotheses import Definitions, load_definitions
from biokg.queries import catalogue


@pytest.fixture(scope="module")
def definitions(repository: Path) -> Definitions:
    return load_definitions(repository / "data" / "hypotheses")


@pytest.fixture
def folder(repository: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(repository / "data" / "hypotheses", tmp_path / "hypotheses"))


def test_every_query_exists(definitions: Definitions) -> None:
    names = catalogue()
    for criterion in definitions.criteria:
        assert criterion.query in names
        assert criterion.counter_query in names
        assert names[criterion.counter_query].hypothesis == criterion.sub_claim[:2]
        assert criterion.exposure_query is None or criterion.exposure_query in names
    for population in definitions.populations.values():
        assert population.query in names


def test_every_clause_names_columns_its_query_answers(definitions: Definitions) -> None:
    names = catalogue()
    for criterion in definitions.criteria:
        text = names[criterion.query].text
        for name in criterion.rules:
            rule = definitions.rules[name]
            for clause in (*rule.yes, *rule.no, *rule.complete, *rule.supersedes):
                assert all(f"?{column}" in text for column in clause), (criterion.id, name, clause)
    for population in definitions.populations.values():
        for clause in (*population.certain, *population.possible):
            assert all(f"?{column}" in names[population.query].text for column in clause)


def test_every_choice_has_a_reason(definitions: Definitions) -> None:
    reasoned = (*definitions.sub_claims, *definitions.criteria, *definitions.disputes)
    assert all(item.reason for item in reasoned)
    assert all(item.reason for item in (*definitions.populations.values(), *definitions.rules.values()))


def test_each_population_of_the_design_is_in_the_grid(definitions: Definitions) -> None:
    wanted = {"named", "named-and-candidates", "founded-by-2016", "without-ucb", "without-services"}
    firms = [criterion for criterion in definitions.criteria if criterion.member == "firm" and criterion.after is None]
    assert firms
    assert all(wanted <= set(criterion.populations) for criterion in firms)


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("criteria", 'counter-query = "h1-failures"\n', "", "counter-query is missing"),
        ("criteria", 'counter-query = "h2-firms-without"', 'counter-query = "measure-alliances"', "is its own query"),
        ("criteria", 'populations = ["regions"]', 'populations = ["planets"]', "no population 'planets'"),
        ("criteria", 'rules = ["payment-any"', 'rules = ["payment-all"', "no rule 'payment-all'"),
        ("criteria", 'quantifier = "most"', 'quantifier = "many"', "quantifier is 'many'"),
        ("criteria", "threshold = 0.5\n", "", "needs a threshold"),
        ("criteria", "necessary = true", "neccessary = true", "necessary is missing"),
        ("criteria", 'design-level = "causal"', 'design-level = "proof"', "design-level is 'proof'"),
        ("sub-claims", 'kinds = ["causal"]', 'kinds = ["magic"]', "kind is 'magic'"),
        ("populations", 'exclude = ["ucb"]', 'exclude = ["whoever"]', "exclusion 'whoever'"),
        ("rules", 'label = "any sourced fact"\n', "", "label is missing"),
    ],
)
def test_a_mistake_is_refused_with_its_reason(folder: Path, file: str, old: str, new: str, reason: str) -> None:
    path = folder / f"{file}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_definitions(folder)
    assert reason in caught.value.message


def test_a_change_is_a_new_version(folder: Path, definitions: Definitions) -> None:
    assert load_definitions(folder).version == definitions.version
    path = folder / "criteria.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("threshold = 0.5", "threshold = 0.6", 1), encoding="utf-8")
    assert load_definitions(folder).version != definitions.version
