"""Settings: precedence, types, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from biokg.errors import UsageError
from biokg.settings import SETTINGS, load_settings


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "biokg.toml"
    file.write_text("port = 1\nworkers = 1\ndeadline = 1\n")
    environ = {"BIOKG_PORT": "2", "BIOKG_WORKERS": "2"}
    settings = load_settings({"port": "3"}, environ=environ, file=file)
    assert (settings.port, settings.workers, settings.deadline) == (3, 2, 1.0)
    assert settings.queue == load_settings(environ={}).queue


def test_values_of_a_file_have_the_types_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "biokg.toml"
    file.write_text('empty = true\nfederate = ["https://a.example", "https://b.example"]\nstore = "s"\ndeadline = 5\n')
    settings = load_settings(environ={}, file=file)
    assert settings.empty is True
    assert settings.federate == ("https://a.example", "https://b.example")
    assert settings.store == Path("s")
    assert isinstance(settings.deadline, float)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 1", "unknown setting 'prot'"),
        ('port = "abc"', "not a valid int"),
        ("port = true", "not a valid int"),
        ("port = [1, 2]", "takes one value"),
        ("deadline = -1", "below the least"),
        ("port = ", "settings file"),
        ('log_format = "yaml"', "not one of"),
    ],
)
def test_a_wrong_file_is_refused_by_name(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "biokg.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=says):
        load_settings(environ={}, file=file)


def test_a_name_close_to_a_setting_is_suggested(tmp_path: Path) -> None:
    file = tmp_path / "biokg.toml"
    file.write_text("prot = 1")
    with pytest.raises(UsageError) as caught:
        load_settings(environ={}, file=file)
    assert "'port'" in str(caught.value.fix)


def test_every_setting_says_what_it_is_for() -> None:
    assert all(setting.metadata["help"] for setting in SETTINGS)


def test_the_state_folder_stands_beside_the_tables(tmp_path: Path) -> None:
    data = tmp_path / "tables"
    data.mkdir()
    assert load_settings({"data_dir": data}, environ={}).state_folder == tmp_path / ".biokg"
    assert load_settings({"state_dir": tmp_path / "s"}, environ={}).state_folder == tmp_path / "s"
