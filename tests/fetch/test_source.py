import hashlib
import logging
import sys
from importlib import metadata
from pathlib import Path

import pytest

from stratify.config import SourceConfig, validate
from stratify.errors import StratifyError
from stratify.fetch import package
from stratify.fetch.digest import sha256_of
from stratify.fetch.source import fetch_source

GENES = b"gene\tA\nCXCL9\t1.5\n"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_downloads_extracts_and_verifies(tmp_path, index, make_source):
    obtained = fetch_source("toy", make_source(), tmp_path / "raw")
    assert [(file.name, file.origin) for file in obtained] == [
        ("genes.tsv", "package index"),
        ("people.tsv", "package index"),
    ]
    assert (tmp_path / "raw/genes.tsv").read_bytes() == GENES
    assert files_below(tmp_path / "raw") == ["genes.tsv", "people.tsv"]


def test_a_kept_file_is_not_fetched_again(tmp_path, index, make_source, monkeypatch):
    fetch_source("toy", make_source(), tmp_path / "raw")
    before = (tmp_path / "raw/genes.tsv").stat().st_mtime_ns
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    obtained = fetch_source("toy", make_source(), tmp_path / "raw")
    assert {file.origin for file in obtained} == {"already present"}
    assert (tmp_path / "raw/genes.tsv").stat().st_mtime_ns == before


def test_only_the_damaged_file_is_fetched_again(tmp_path, index, make_source):
    fetch_source("toy", make_source(), tmp_path / "raw")
    (tmp_path / "raw/genes.tsv").write_bytes(b"edited by hand")
    obtained = fetch_source("toy", make_source(), tmp_path / "raw")
    assert [file.origin for file in obtained] == ["package index", "already present"]
    assert (tmp_path / "raw/genes.tsv").read_bytes() == GENES


def test_wrong_bytes_leave_nothing(tmp_path, index, make_source, build_wheel):
    build_wheel(index, {"toydata/data/genes.tsv": b"another edition", "toydata/data/people.tsv": b"id\nA\n"})
    expected = make_source().files["genes.tsv"].sha256
    with pytest.raises(StratifyError, match=rf"genes.tsv of source 'toy': wrong bytes.*expected sha256 {expected}"):
        fetch_source("toy", make_source(), tmp_path / "raw")
    assert files_below(tmp_path / "raw") == []


def test_wrong_bytes_do_not_replace_what_is_there(tmp_path, index, make_source, caplog):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/genes.tsv").write_bytes(b"mine")
    wrong = {"genes.tsv": {"path": "toydata/data/genes.tsv", "sha256": "0" * 64}}
    with caplog.at_level(logging.WARNING), pytest.raises(StratifyError, match="wrong bytes") as raised:
        fetch_source("toy", make_source(files=wrong), tmp_path / "raw")
    assert (tmp_path / "raw/genes.tsv").read_bytes() == b"mine"
    assert f"genes.tsv: the file present has sha256 {digest(b'mine')}" in str(raised.value)
    assert f"genes.tsv: the file present has sha256 {digest(b'mine')}, expected {'0' * 64}" in caplog.text


def test_what_the_present_file_has_is_said_without_an_index(tmp_path, index, make_source, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/genes.tsv").write_bytes(b"mine")
    with pytest.raises(StratifyError, match=f"cannot download.*the file present has sha256 {digest(b'mine')}"):
        fetch_source("toy", make_source(), tmp_path / "raw")


def test_a_version_that_is_not_there(tmp_path, index, make_source):
    with pytest.raises(
        StratifyError,
        match=r"toydata==9.9: pip finds no wheel for Python .*; there are wheels of 1.0 \(pip's last line: ERROR: No",
    ):
        fetch_source("toy", make_source(version="9.9"), tmp_path / "raw")
    assert files_below(tmp_path) == ["toydata-1.0-py3-none-any.whl"]


def test_a_wheel_for_another_platform(tmp_path, index, make_source, build_wheel):
    build_wheel(index, {"toydata/data/genes.tsv": GENES}, version="2.0", tag="cp27-cp27m-win32")
    with pytest.raises(StratifyError, match=rf"pip finds no wheel for Python .* on {sys.platform}"):
        fetch_source("toy", make_source(version="2.0"), tmp_path / "raw")


def test_a_package_that_is_not_there(tmp_path, index, make_source):
    source = make_source(package={"name": "toydatta", "version": "1.0"})
    words = "toydatta==1.0: no package of that name and version, or no package index in reach"
    with pytest.raises(StratifyError, match=words):
        fetch_source("toy", source, tmp_path / "raw")


def test_no_index_in_reach_is_one_message(tmp_path, make_source, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    with pytest.raises(
        StratifyError, match="no package index in reach; check the name, the network and pip's index"
    ) as raised:
        fetch_source("toy", make_source(), tmp_path / "raw")
    assert "\n" not in str(raised.value)


def test_no_pip_is_one_message(make_source, tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" -S -I -m pip "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(package.sys, "executable", str(python))
    with pytest.raises(StratifyError, match="this Python has no pip"):
        fetch_source("toy", make_source(), tmp_path / "raw")


def installed_source(version: str | None = None, digest: str | None = None) -> SourceConfig:
    """A source whose file is in the installed pytest."""
    member = "pytest/py.typed"
    distribution = metadata.distribution("pytest")
    right = sha256_of(Path(str(distribution.locate_file(member))))
    files = {"py.typed": {"path": member, "sha256": digest or right}}
    content = {"name": "pytest", "version": version or distribution.version}
    return validate(SourceConfig, {"title": "t", "citation": "c", "package": content, "files": files}, "test")


def test_takes_the_file_of_the_installed_distribution(tmp_path, index):
    (obtained,) = fetch_source("toy", installed_source(), tmp_path / "raw")
    assert obtained.origin == "installed distribution"


@pytest.mark.parametrize("change", [{"version": "0.0.1"}, {"digest": "0" * 64}])
def test_an_installed_distribution_of_other_version_or_bytes_is_not_used(tmp_path, index, change):
    with pytest.raises(StratifyError, match="cannot download pytest=="):
        fetch_source("toy", installed_source(**change), tmp_path / "raw")


def test_never_downloads_where_nothing_is_wanted(tmp_path, index, make_source, monkeypatch):
    fetch_source("toy", make_source(), tmp_path / "raw")
    monkeypatch.setattr(package, "download_wheel", lambda *_: pytest.fail("downloaded"))
    fetch_source("toy", make_source(), tmp_path / "raw")


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../b", "a\\b"])
def test_the_source_file_refuses_paths_that_lead_outside(make_source, path):
    with pytest.raises(StratifyError, match="path inside the archive"):
        make_source(files={"x.tsv": {"path": path, "sha256": "0" * 64}})


def test_the_source_file_refuses_target_names_with_folders(make_source):
    with pytest.raises(StratifyError, match="test source"):
        make_source(files={"../x.tsv": {"path": "a", "sha256": "0" * 64}})
