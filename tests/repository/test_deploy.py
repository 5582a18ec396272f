"""The deployment examples name settings, commands and addresses that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from biokg.settings import SETTINGS, load_settings

FILES = ("biokg.service", "Containerfile", "nginx.conf")


@pytest.mark.parametrize("name", FILES)
def test_every_setting_that_an_example_gives_is_one(name: str, repository: Path) -> None:
    text = (repository / "deploy" / name).read_text()
    known = {f"BIOKG_{setting.name.upper()}" for setting in SETTINGS}
    given = dict(re.findall(r"(BIOKG_[A-Z_]+)=(\S+)", text))
    assert set(given) <= known, sorted(set(given) - known)
    load_settings(environ=given)


@pytest.mark.parametrize("name", FILES)
def test_every_example_is_explained(name: str, repository: Path) -> None:
    assert f"deploy/{name}" in (repository / "docs" / "operations.md").read_text()


def test_the_container_copies_files_that_exist(repository: Path) -> None:
    text = (repository / "deploy" / "Containerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (repository / source).exists(), source


def test_nginx_accepts_the_proxy_configuration(repository: Path, tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        pytest.skip("nginx is not installed")
    site = (repository / "deploy" / "nginx.conf").read_text().replace("listen 80;", "listen 127.0.0.1:8999;")
    whole = tmp_path / "nginx.conf"
    folders = "".join(
        f"{kind}_temp_path {tmp_path};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    logs = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
    whole.write_text(f"{logs}http {{\naccess_log off;\n{folders}{site}\n}}\n")
    done = subprocess.run(
        [nginx, "-t", "-c", str(whole), "-p", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
