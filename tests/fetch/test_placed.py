"""Sources without a package: the user puts the files into the raw folder."""

import hashlib
import json

import pytest
import yaml

from stratify.cli import main
from stratify.config import SourceConfig, validate
from stratify.errors import StratifyError
from stratify.fetch import package
from stratify.fetch.source import fetch_source

CONTENT = b"id,age\na,61\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PACKAGE = {"name": "toydata", "version": "1.0"}


def own(**files):
    files = files or {"clinical.csv": {"sha256": DIGEST}}
    return {"title": "Mine", "citation": "Nobody", "licence": "internal", "files": files}


@pytest.fixture
def raw(tmp_path, monkeypatch):
    """The source's raw folder; nothing may be downloaded."""
    monkeypatch.setattr(package, "download_wheel", lambda *_: pytest.fail("downloaded"))
    return tmp_path / "raw" / "mine"


def fetched(raw):
    return fetch_source("mine", validate(SourceConfig, own(), "test"), raw)


def test_a_file_with_the_right_bytes_is_taken(raw):
    raw.mkdir(parents=True)
    (raw / "clinical.csv").write_bytes(CONTENT)
    (file,) = fetched(raw)
    assert (file.name, file.path, file.origin) == ("clinical.csv", raw / "clinical.csv", "placed by hand")


@pytest.mark.parametrize(
    ("present", "found"),
    [
        (None, "there is no such folder yet"),
        ({}, "the folder is empty"),
        ({"Clinical.csv.txt": CONTENT}, "the folder holds Clinical.csv.txt"),
        ({"clinical.csv": b"x"}, f"the file there has sha256 {hashlib.sha256(b'x').hexdigest()}"),
    ],
)
def test_what_is_missing_or_wrong_is_said_with_its_place(raw, present, found):
    if present is not None:
        raw.mkdir(parents=True)
    for name, content in (present or {}).items():
        (raw / name).write_bytes(content)
    with pytest.raises(StratifyError) as raised:
        fetched(raw)
    assert f"put the file at {raw / 'clinical.csv'} (expected sha256 {DIGEST}): {found}" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (own(a={"sha256": DIGEST, "path": "x/a"}), "files: a: 'path' leads into a package, and this source has no"),
        (
            own(a={"sha256": DIGEST, "path": "x/a"}, b={"sha256": DIGEST}) | {"package": PACKAGE},
            "files: b: give 'path', where the file is inside toydata 1.0",
        ),
        (own(a={}), "key 'files.a.sha256' is required and missing; `sha256sum <file>` prints it"),
        (own(a={"sha256": "F00"}), "files.a.sha256: expected 64 lower-case hex.* found 'F00'; `sha256sum <file>`"),
    ],
)
def test_a_source_is_of_one_kind(content, message):
    with pytest.raises(StratifyError, match=message):
        validate(SourceConfig, content, "test")


def test_the_command_verifies_and_writes_a_manifest(tmp_path, raw, capsys):
    path = tmp_path / "config/sources/mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(own()))
    command = ["fetch", "--source", str(path), "--raw", str(tmp_path / "raw"), "--results", str(tmp_path / "results")]
    assert main(command) == 2
    assert "put the file at" in capsys.readouterr().err
    raw.mkdir(parents=True)
    (raw / "clinical.csv").write_bytes(CONTENT)
    assert main(command) == 0
    manifest = json.loads((tmp_path / "results/fetch/mine.json").read_text())
    entry = manifest["files"]["clinical.csv"]
    assert manifest["package"] is None
    assert {key: entry[key] for key in ("path", "sha256", "bytes", "obtained_from")} == {
        "path": None,
        "sha256": DIGEST,
        "bytes": len(CONTENT),
        "obtained_from": "placed by hand",
    }
    assert main(command) == 0
    assert json.loads((tmp_path / "results/fetch/mine.json").read_text()) == manifest
