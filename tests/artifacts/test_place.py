"""Whether a run can write where it has to is known before it starts."""

import shutil
from collections import namedtuple

import pytest

from stratify.artifacts.place import check_writable, nearly_full
from stratify.errors import StratifyError

Usage = namedtuple("Usage", "total used free")


def test_a_place_that_can_be_written_to(tmp_path):
    check_writable([tmp_path, tmp_path / "not" / "yet"])


def test_a_file_in_the_place_of_a_folder(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(StratifyError, match=r"results: expected a folder, found a file"):
        check_writable([tmp_path / "results" / "fit"])


def test_a_place_that_may_not_be_written_to(tmp_path, monkeypatch):
    """The answer of the system is set, because an administrator may write everywhere."""
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(StratifyError, match=r"results: cannot be written to: .* is read-only, or the right"):
        check_writable([tmp_path / "results"])


def test_a_disk_that_is_nearly_full_is_named(tmp_path, monkeypatch):
    assert nearly_full([tmp_path / "absent"]) is None
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(100e9, 100e9, 3e6))
    assert nearly_full([tmp_path]) == (
        f"The disk of {tmp_path} is nearly full (3.0 MB free): make space, then run this again."
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(100e9, 1e9, 99e9))
    assert nearly_full([tmp_path]) is None
