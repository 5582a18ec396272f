"""Command-line flags of the settings, made from the one table of settings."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from biokg.settings import SETTINGS

COMMON = ("data_dir", "ontology_dir", "state_dir", "store", "engine", "union_default_graph")
_PREFIX = "setting_"


def add_settings(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Add one flag for each named setting; those that *parser* already has are left as they are."""
    wanted = set(names)
    group = parser.add_argument_group("settings", "also as BIOKG_<NAME> in the environment, or in biokg.toml")
    for setting in SETTINGS:
        flag = "--" + setting.name.replace("_", "-")
        if setting.name not in wanted or flag in parser._option_string_actions:
            continue
        metadata = setting.metadata
        unit = f", in {metadata['unit']}" if "unit" in metadata else ""
        default = "" if setting.default in (None, ()) else f" [{_shown(setting.default)}]"
        help_text = f"{metadata['help']}{unit}{default}".replace("%", "%%")
        destination = _PREFIX + setting.name
        if str(setting.type).startswith("bool"):
            group.add_argument(
                flag, dest=destination, action=argparse.BooleanOptionalAction, default=None, help=help_text
            )
        else:
            kind = str(setting.type).split(" ", maxsplit=1)[0]
            metavar = {"int": "N", "float": "X", "Path": "PATH"}.get(kind, "TEXT")
            group.add_argument(flag, dest=destination, default=None, metavar=metavar, help=help_text)


def _shown(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def chosen(arguments: argparse.Namespace) -> Mapping[str, Any]:
    """The settings given as flags, by name; those not given are ``None``."""
    return {name.removeprefix(_PREFIX): value for name, value in vars(arguments).items() if name.startswith(_PREFIX)}
