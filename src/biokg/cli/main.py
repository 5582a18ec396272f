"""The ``biokg`` command: one module of this package for each sub-command, heavy libraries imported when run."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import biokg
from biokg.cli.flags import COMMON, add_settings, chosen
from biokg.errors import BioKGError, UsageError
from biokg.settings import load_settings

COMMANDS = (
    "build",
    "serve",
    "sparql",
    "query",
    "hypotheses",
    "report",
    "validate",
    "explain",
    "check",
    "mcp",
    "link",
    "federate",
    "store",
    "import_",
    "template",
    "diff",
    "export",
    "release",
    "generate",
    "load",
    "materialise",
    "bench",
    "stress",
)
SETTINGS_FILE = Path("biokg.toml")
EPILOG = """\
exit codes: 0 done, 1 it failed, 2 the command line is wrong, 3 the data breaks a shape or a check failed
try: biokg serve · biokg hypotheses H2 · biokg query · biokg sparql 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o }'
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line that says where help is."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = _Parser(
        prog="biokg",
        description="A knowledge graph of a regional innovation system: build it, check it, query it, serve it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"biokg {biokg.__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=_Parser)
    for name in COMMANDS:
        importlib.import_module(f"biokg.cli.{name}").register(commands)
    for command in commands.choices.values():
        add_settings(command, COMMON)
        command.add_argument(
            "--settings", type=Path, default=None, metavar="FILE", help=f"settings file [{SETTINGS_FILE}, if there]"
        )
        command.add_argument("--debug", action="store_true", help="show the full trace of an error")
    return root


def _run(arguments: argparse.Namespace) -> int:
    file: Path | None = arguments.settings
    if file is None and SETTINGS_FILE.is_file():
        file = SETTINGS_FILE
    flags = {**chosen(arguments), "debug": True if arguments.debug else None}
    settings = load_settings(flags, file=file)
    arguments.debug = settings.debug
    code: int = arguments.run(arguments, settings)
    sys.stdout.flush()
    return code


def one_line(error: BioKGError) -> str:
    """What a person needs to read of *error*: what happened and what to do."""
    return f"biokg: {error.message}" + (f"\n  fix: {error.fix}" if error.fix else "")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; every error a user can meet becomes one line on stderr."""
    root = parser()
    arguments = root.parse_args(argv)
    if arguments.command is None:
        root.print_help()
        return 0
    try:
        return _run(arguments)
    except BioKGError as error:
        if arguments.debug:
            raise
        print(one_line(error), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("biokg: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if arguments.debug:
            raise
        print(
            f"biokg: internal error: {type(error).__name__}: {error}\n  fix: run it again with --debug and report it",
            file=sys.stderr,
        )
        return 1


def file_or_text(value: str, what: str) -> str:
    """*value* itself, or what the file of that name holds, or standard input for ``-``.

    Raises :class:`UsageError` when it looks like a file's name and there is none.
    """
    if not value.strip():
        raise UsageError(f"the {what} is empty", fix=f"give a file, the {what} itself, or - for stdin")
    if value == "-":
        return sys.stdin.read()
    looks_like_file = len(value) < 1024 and "\n" not in value and "{" not in value
    if looks_like_file:
        path = Path(value)
        if path.is_file():
            return path.read_text(encoding="utf-8")
        raise UsageError(f"there is no file {value!r}", fix=f"give a file, the {what} itself, or - for stdin")
    return value


if __name__ == "__main__":
    sys.exit(main())
