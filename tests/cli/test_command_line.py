"""The command line as such: help, errors, exit codes."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Callable

import pytest

import biokg.cli
from biokg.cli.main import COMMANDS, main, parser
from biokg.errors import UsageError
from biokg.settings import SETTINGS

HEAVY = ("rdflib", "flask", "pyshacl", "pyoxigraph", "pandas", "numpy", "owlready2", "SPARQLWrapper", "granian", "rich")


def names() -> list[str]:
    """Every sub-command as it is typed."""
    (action,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return list(action.choices)


def test_help_lists_every_command(biokg: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    result = biokg("--help")
    assert result.returncode == 0
    assert len(names()) >= len(COMMANDS)
    for command in names():
        assert f"\n    {command}" in result.stdout


def test_every_command_module_is_registered() -> None:
    modules = [module.name for module in pkgutil.iter_modules(biokg.cli.__path__)]
    commands = {name for name in modules if hasattr(importlib.import_module(f"biokg.cli.{name}"), "register")}
    assert commands == set(COMMANDS)


def test_help_imports_no_heavy_library() -> None:
    code = "import sys, biokg.cli.main as m\ntry: m.main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = set(shown.splitlines()[-1].split())
    assert "biokg.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded.intersection(HEAVY))


@pytest.mark.parametrize("command", names())
def test_every_command_has_help_with_a_description(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"usage: biokg {command}" in shown
    assert len(shown.splitlines()) > 8


def test_serve_takes_every_setting_as_a_flag() -> None:
    root = parser()
    for setting in SETTINGS:
        if setting.name == "debug":
            continue
        flag = "--" + setting.name.replace("_", "-")
        value = setting.metadata.get("choices", ["7"])[0]
        given = [flag] if str(setting.type).startswith("bool") else [flag, value]
        arguments = root.parse_args(["serve", *given])
        assert vars(arguments)[f"setting_{setting.name}"] in (True, value)


def test_version_is_that_of_the_package(biokg: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    result = biokg("--version")
    assert result.stdout.strip() == f"biokg {biokg_version()}"


def biokg_version() -> str:
    return importlib.import_module("biokg").__version__


def test_no_command_shows_help(biokg: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    result = biokg()
    assert result.returncode == 0
    assert "commands:" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (["nonsense"], "invalid choice: 'nonsense'", 2),
        (["build", "--deadlin", "1"], "unrecognized arguments", 2),
        (["serve", "--port", "abc"], "'abc' is not a valid int", 2),
        (["serve", "--port", "70000"], "70000 is above the most allowed, 65535", 2),
        (["serve", "--deadline", "nan"], "nan is below", 2),
        (["serve", "--workers", "0"], "0 is below the least allowed, 1", 2),
        (["serve", "--log-format", "yaml"], "'yaml' is not one of text, json", 2),
        (["build", "--settings", "missing.toml"], "missing.toml", 2),
        (["build", "--data-dir", "missing"], "missing", 2),
        (["build", "--data-dir", "."], "holds no metadata.json", 2),
        (["serve", "--host", "no-such-host.invalid", "--port", "0"], "Name or service not known", 2),
        (["sparql", ""], "the query is empty", 2),
        (["sparql", "nofile.rq"], "there is no file 'nofile.rq'", 2),
        (["sparql", "SELECT ?x { ?x bkg:label }"], "1:26", 2),
        (["sparql", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], "SERVICE", 2),
        (["sparql", "DELETE WHERE { ?s ?p ?o }"], "update", 2),
        (["sparql", "SELECT ?x { ?x a bkg:Alliance }", "--format", "ttl"], "cannot be written as ttl", 2),
        (["sparql", "SELECT ?x { ?x a bkg:Alliance }", "--format", "docx"], "no format 'docx'", 2),
        (["sparql", "SELECT ?x { ?x a bkg:Alliance }", "--view", "2016"], "no view '2016'", 2),
        (["query", "alliances-of"], "no canned query 'alliances-of'", 2),
        (["query", "alliance-network", "-p", "transactions"], "is not NAME=VALUE", 2),
        (["query", "alliance-network", "-p", "nonsense=1"], "nonsense", 2),
        (["hypotheses", "H7"], "no hypothesis 'H7'", 2),
        (["validate", "missing.ttl"], "missing.ttl", 2),
        (["validate", "table.docx"], "names no RDF format", 2),
    ],
)
def test_a_wrong_command_line_is_one_message_and_exit_code_2(
    arguments: list[str], says: str, code: int, biokg: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    result = biokg(*arguments)
    assert result.returncode == code, result.stderr
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert "internal error" not in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) <= 3


def test_debug_shows_the_trace(biokg: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    with pytest.raises(UsageError, match=r"nofile\.rq"):
        biokg("sparql", "nofile.rq", "--debug")


def test_a_closed_pipe_is_no_error(environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m biokg.cli.main query | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=True)
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
