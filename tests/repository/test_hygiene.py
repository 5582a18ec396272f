"""Rules about the repository as such; each failure says where and what to do."""

from __future__ import annotations

import ast
import csv
import importlib.util
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import biokg

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".ttl",
    ".rq",
    ".csv",
    ".json",
    ".cff",
    ".html",
    ".css",
    ".js",
    ".yml",
    ".lock",
    ".sh",
    "",
}
MACHINE = re.compile(
    r"(?<![\w.-])/(?:work|root|home/[a-z]+)/(?:main|shared|\.\w+|[a-z]+)|/tmp/[a-z]+-|\bfarm-[a-z]+|\.library\b"
)


def tracked(root: Path) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout.decode()
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    for path in tracked(root):
        if path.suffix in TEXT and path.name != Path(__file__).name:
            yield path.relative_to(root), path.read_text(encoding="utf-8", errors="replace")


def modules(root: Path) -> Iterator[tuple[Path, str, ast.Module]]:
    for path in sorted((root / "src" / "biokg").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield path.relative_to(root / "src" / "biokg"), text, ast.parse(text)


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_nothing_from_memory_is_in_the_data(repository: Path) -> None:
    for table in sorted((repository / "data").rglob("*.csv")):
        with table.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                assert row.get("source") != "memory", (
                    f"{table.name}:{number}: the source is memory; find one or remove it"
                )
                for column, cell in row.items():
                    assert "(memory:" not in str(cell), f"{table.name}:{number}:{column}: a remark from memory"


def test_no_file_names_a_machine(repository: Path) -> None:
    found = [f"{path}: {match[0]}" for path, text in texts(repository) for match in MACHINE.finditer(text)]
    assert not found, "a path of one machine stands in:\n" + "\n".join(found)


def test_locks_hold_hashes_and_no_address(repository: Path) -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (repository / name).read_text()
        assert "://" not in text
        entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
        assert len(entries) > 40
        assert all("--hash=sha256:" in entry for entry in entries), name


def test_locks_cover_what_the_project_asks_for(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    asked = {"requirements.lock": project["project"]["dependencies"] + groups["build"]}
    asked["requirements-dev.lock"] = asked["requirements.lock"] + groups["dev"]
    for name, requirements in asked.items():
        locked = set(re.findall(r"^([A-Za-z0-9_.-]+)==", (repository / name).read_text(), re.MULTILINE))
        locked = {re.sub(r"[-_.]+", "-", entry).lower() for entry in locked}
        for requirement in requirements:
            match = re.match(r"[A-Za-z0-9_.-]+", requirement)
            assert match is not None
            wanted = re.sub(r"[-_.]+", "-", match[0]).lower()
            assert wanted in locked, f"{wanted} is missing from {name}: run `make lock`"


def test_the_version_is_one(repository: Path) -> None:
    citation = (repository / "CITATION.cff").read_text()
    assert f"\nversion: {biokg.__version__}\n" in citation
    assert "## [" in (repository / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    "credit", ["GeoNames (geonames.org)", "source: Eurostat", "name-suggestion-index contributors"]
)
def test_the_data_licence_gives_the_credits_its_sources_ask_for(credit: str, repository: Path) -> None:
    assert credit in (repository / "LICENSE-DATA.md").read_text()


def test_the_page_of_settings_is_that_of_the_table(repository: Path) -> None:
    spec = importlib.util.spec_from_file_location("settings_page", repository / ".ci" / "settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (repository / "docs" / "settings.md").read_text(encoding="utf-8") == module.document(), "run `make settings`"


def test_every_document_is_in_the_index(repository: Path) -> None:
    index = (repository / "docs" / "index.md").read_text(encoding="utf-8")
    for document in sorted((repository / "docs").rglob("*.md")):
        name = document.relative_to(repository / "docs").as_posix()
        assert name == "index.md" or f"({name})" in index, f"docs/{name} is not in docs/index.md"


def test_modules_and_functions_stay_short(repository: Path) -> None:
    long = []
    for path, text, tree in modules(repository):
        if text.count("\n") > LONGEST_MODULE:
            long.append(f"{path}: {text.count(chr(10))} lines; split it")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{path}:{node.lineno}: {node.name} has {length} lines; split it")
    assert not long, "\n".join(long)


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("flask", ("web",)),
        ("subprocess", ("execution", "reasoning", "scale")),
        ("multiprocessing", ("execution",)),
        ("requests", ()),
        ("urllib.request", ("store/remote", "linking", "client")),
        ("http.client", ("store/remote", "linking", "client")),
        ("SPARQLWrapper", ("store/remote", "linking")),
    ],
)
def test_only_the_modules_meant_for_it_import(library: str, allowed: tuple[str, ...], repository: Path) -> None:
    for path, _text, tree in modules(repository):
        names = {name for name in imported(tree) if name == library or name.startswith(library + ".")}
        assert not names or path.as_posix().startswith(allowed), f"{path} imports {library}; only {allowed} may"


def test_sparql_stands_in_rq_files(repository: Path) -> None:
    form = re.compile(r"\b(SELECT|CONSTRUCT|ASK|DESCRIBE|INSERT|DELETE)\b[^}]*\{[^}]*[?$]\w+[^}]*\}", re.DOTALL)
    found: list[str] = []
    for path, _text, tree in modules(repository):
        if path.parts[0] in ("shapes", "cli"):
            continue
        documented = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
        documentation = {id(node.body[0].value) for node in documented if isinstance(node.body[0], ast.Expr)}
        strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        found += [
            f"{path}:{node.lineno}: {node.value[:60]!r}"
            for node in strings
            if id(node) not in documentation and form.search(str(node.value))
        ]
    assert not found, "move these queries to .rq files:\n" + "\n".join(found)
