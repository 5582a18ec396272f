"""Every setting once: name, default, unit and meaning.

Code, command-line help and documentation follow from :data:`SETTINGS`. Order of precedence: defaults <
file (``biokg.toml``) < environment (``BIOKG_<NAME>``) < flag.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from biokg.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    """The project's own *name* folder: in a checkout at its top, in an installed wheel inside the package."""
    checkout = _PACKAGE.parent.parent / name
    return checkout if checkout.is_dir() else _PACKAGE / f"_{name}"


@dataclass(frozen=True)
class Settings:
    """All settings of one run; made by :func:`load_settings`."""

    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(default=8000, metadata={"minimum": 0, "maximum": 65535, "help": "port to listen on"})
    data_dir: Path | None = field(default=None, metadata={"help": "folder of the tables (default: the project's own)"})
    ontology_dir: Path | None = field(
        default=None, metadata={"help": "folder of the ontology (default: the project's own)"}
    )
    state_dir: Path | None = field(
        default=None, metadata={"help": "folder for built graphs (default: .biokg beside the data, or the user's)"}
    )
    keep_versions: int = field(
        default=5, metadata={"minimum": 1, "help": "published versions that stay in the state folder"}
    )
    store: Path | None = field(default=None, metadata={"help": "folder of an on-disk store (default: in memory)"})
    engine: str | None = field(default=None, metadata={"help": "SPARQL address of a remote engine"})
    engine_update: str | None = field(
        default=None,
        metadata={"help": "where the engine takes updates (default: …/update beside …/query, else the same address)"},
    )
    engine_auth_file: Path | None = field(
        default=None, metadata={"help": "file with USER:PASSWORD (Basic or Digest) or a bearer token for the engine"}
    )
    empty: bool = field(default=False, metadata={"help": "serve an empty store, as a plain SPARQL server"})
    union_default_graph: bool | None = field(
        default=None,
        metadata={"help": "plain patterns read the union of all graphs (default: for the project's own data only)"},
    )
    workers: int = field(default=2, metadata={"minimum": 1, "help": "worker processes for ad-hoc queries"})
    deadline: float = field(
        default=10.0, metadata={"minimum": 0.01, "help": "a query is stopped after this time", "unit": "s"}
    )
    max_deadline: float = field(
        default=60.0, metadata={"minimum": 0.01, "help": "longest deadline a client may ask for", "unit": "s"}
    )
    memory: int = field(default=512, metadata={"minimum": 16, "help": "private memory a query may use", "unit": "MB"})
    queue: int = field(default=32, metadata={"minimum": 0, "help": "queries that may wait for a worker"})
    quota: float = field(
        default=120.0, metadata={"minimum": 0, "help": "compute time per client and minute (0: no limit)", "unit": "s"}
    )
    max_query_bytes: int = field(default=256 * 1024, metadata={"minimum": 1, "help": "longest query", "unit": "bytes"})
    max_query_depth: int = field(default=128, metadata={"minimum": 1, "help": "deepest nesting of brackets in a query"})
    max_upload_bytes: int = field(
        default=10 * 1024 * 1024, metadata={"minimum": 1, "help": "largest upload", "unit": "bytes"}
    )
    cache_bytes: int = field(
        default=64 * 1024 * 1024, metadata={"minimum": 0, "help": "answers kept in memory", "unit": "bytes"}
    )
    federate: tuple[str, ...] = field(
        default=(), metadata={"help": "exact origins that a query may reach (none by default)"}
    )
    token_file: Path | None = field(
        default=None, metadata={"help": "file with the token that writes need (no file: writes are off)"}
    )
    validate_writes: bool = field(default=False, metadata={"help": "check every write against the shapes"})
    trusted_proxies: tuple[str, ...] = field(
        default=(), metadata={"help": "proxies whose forwarded client address is believed"}
    )
    metrics_port: int | None = field(
        default=None, metadata={"minimum": 0, "maximum": 65535, "help": "serve /metrics on a port of its own"}
    )
    report_to: str | None = field(
        default=None,
        metadata={
            "pattern": r"[^@\s]+@[^@\s]+|https?://\S*\{body\}\S*",
            "help": "where a visitor's problem report goes: an e-mail address, or the address of a new issue "
            "with {title} and {body} in it (default: the visitor gets it as text)",
        },
    )
    log_format: str = field(default="text", metadata={"help": "how log lines are written", "choices": ("text", "json")})
    debug: bool = field(default=False, metadata={"help": "show the full trace of an error"})

    @property
    def union(self) -> bool:
        """Whether plain patterns read the union of all graphs."""
        own = not (self.empty or self.store or self.engine)
        return own if self.union_default_graph is None else self.union_default_graph

    @property
    def data_folder(self) -> Path:
        """The folder of the tables: ``data_dir``, else the checkout's ``data/``, else the one in the wheel."""
        return self.data_dir or _bundled("data")

    @property
    def ontology_folder(self) -> Path:
        """The folder of the ontology: ``ontology_dir``, else the checkout's, else the one in the wheel."""
        return self.ontology_dir or _bundled("ontology")

    @property
    def state_folder(self) -> Path:
        """Where built graphs are kept: ``state_dir``, else ``.biokg`` beside the data, else the user's state folder."""
        if self.state_dir is not None:
            return self.state_dir
        if self.data_folder.parent != _PACKAGE:
            return self.data_folder.absolute().parent / ".biokg"
        home = os.environ.get("XDG_STATE_HOME")
        return (Path(home) if home else Path.home() / ".local" / "state") / "biokg"


SETTINGS = fields(Settings)


def _convert(name: str, text: Any, annotation: str) -> Any:
    if not isinstance(text, str):
        return tuple(text) if isinstance(text, list) else text
    try:
        if annotation.startswith("bool"):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if annotation.startswith("int"):
            return int(text)
        if annotation.startswith("float"):
            return float(text)
    except (ValueError, KeyError):
        raise UsageError(f"setting {name}: {text!r} is not a valid {annotation.split(' ', maxsplit=1)[0]}") from None
    if annotation.startswith("tuple"):
        return tuple(part for part in text.replace(",", " ").split() if part)
    return Path(text) if annotation.startswith("Path") else text


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Settings from defaults, *file*, *environ* and *flags* (``None`` values are ignored), later ones winning.

    Raises :class:`UsageError` for an unknown name in the file or a value of the wrong form anywhere.
    """
    environ = os.environ if environ is None else environ
    known = {setting.name: str(setting.type) for setting in SETTINGS}
    values: dict[str, Any] = {}
    if file is not None:
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"settings file {file}: {error}") from None
        for name, value in document.items():
            if name not in known:
                near = get_close_matches(name, known, n=1)
                fix = f"did you mean {near[0]!r}?" if near else "docs/settings.md lists them"
                raise UsageError(f"settings file {file}: unknown setting {name!r}", fix=fix)
            if isinstance(value, list) and not known[name].startswith("tuple"):
                raise UsageError(f"settings file {file}: {name} takes one value, not a list", fix="give one value")
            values[name] = _convert(name, value if isinstance(value, list) else str(value), known[name])
    for name, annotation in known.items():
        text = environ.get(f"BIOKG_{name.upper()}")
        if text is not None:
            values[name] = _convert(name, text, annotation)
    for name, value in (flags or {}).items():
        if value is not None:
            values[name] = _convert(name, value, known[name])
    for setting in SETTINGS:
        _check(setting, values.get(setting.name))
    return Settings(**values)


def _check(setting: Field[Any], value: Any) -> None:
    """Raise :class:`UsageError` where *value* lies outside what the setting's row in the table allows."""
    if value is None:
        return
    pattern = setting.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, str(value)):
        raise UsageError(
            f"setting {setting.name}: {value!r} is not {setting.metadata['help'].partition(':')[2].strip()}"
        )
    choices = setting.metadata.get("choices")
    if choices and value not in choices:
        raise UsageError(f"setting {setting.name}: {value!r} is not one of {', '.join(choices)}")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        minimum, maximum = setting.metadata.get("minimum"), setting.metadata.get("maximum")
        unit = f" {setting.metadata['unit']}" if "unit" in setting.metadata else ""
        if math.isnan(value) or (minimum is not None and value < minimum):
            raise UsageError(f"setting {setting.name}: {value} is below the least allowed, {minimum}{unit}")
        if maximum is not None and value > maximum:
            raise UsageError(f"setting {setting.name}: {value} is above the most allowed, {maximum}{unit}")
