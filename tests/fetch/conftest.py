"""A package index of one folder with tiny wheels, for the real pip."""

import hashlib
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stratify.config import SourceConfig, validate

CONTENT = {"toydata/data/genes.tsv": b"gene\tA\nCXCL9\t1.5\n", "toydata/data/people.tsv": b"id\nA\n"}


def _build_wheel(
    folder: Path, files: dict[str, bytes], *, name: str = "toydata", version: str = "1.0", tag: str = "py3-none-any"
) -> Path:
    """Write a wheel with these members; a `*` in front of the name makes the member a symbolic link."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for member, content in files.items():
            entry = zipfile.ZipInfo(member.removeprefix("*"))
            entry.external_attr = ((stat.S_IFLNK if member.startswith("*") else stat.S_IFREG) | 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture(scope="session")
def build_wheel() -> Callable[..., Path]:
    return _build_wheel


@pytest.fixture
def index(tmp_path, monkeypatch, build_wheel) -> Path:
    """A folder that pip takes as its only index, with `toydata` 1.0 in it."""
    folder = tmp_path / "index"
    build_wheel(folder, CONTENT)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture(scope="session")
def make_source() -> Callable[..., SourceConfig]:
    """Make a source of some of the wheel's files, by default with the right digests."""

    def make(*members: str, version: str = "1.0", **changes: object) -> SourceConfig:
        files = {
            Path(member).name: {"path": member, "sha256": hashlib.sha256(CONTENT.get(member, b"")).hexdigest()}
            for member in members or CONTENT
        }
        content = {"title": "Toy", "citation": "A test", "package": {"name": "toydata", "version": version}}
        return validate(SourceConfig, {**content, "files": files, **changes}, "test source")

    return make
