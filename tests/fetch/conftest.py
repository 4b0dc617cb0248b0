"""A package index of one folder, for the real pip."""

import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from stratify.config import SourceConfig, validate

_spec = importlib.util.spec_from_file_location("wheels", Path(__file__).with_name("wheels.py"))
_wheels = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_wheels)

CONTENT = {"toydata/data/genes.tsv": b"gene\tA\nCXCL9\t1.5\n", "toydata/data/people.tsv": b"id\nA\n"}


@pytest.fixture(scope="session")
def build_wheel() -> Callable[..., Path]:
    return _wheels.build_wheel


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
