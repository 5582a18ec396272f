"""``biokg template``: an empty table to fill and import."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biokg.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "template",
        help="print an empty table to fill and import",
        description="Print the header of a table that biokg import reads, or what its columns may hold.",
    )
    parser.add_argument("name", nargs="?", help="organizations, events, alliances, policies, … (none: list them)")
    parser.add_argument("--describe", action="store_true", help="say what each column may hold")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the header, the description, or the names."""
    from biokg.knowledge.templates import TEMPLATES, describe, header, template_schema

    if arguments.name is None:
        print("\n".join(TEMPLATES))
        return 0
    schema = template_schema(settings.data_folder, arguments.name)
    if arguments.describe:
        for name, required, holds in describe(schema):
            print(f"{name:24}{required:10}{holds}")
    else:
        print(header(schema), end="")
    return 0
