import argparse
import hashlib
import shutil

import pytest

from stratify.artifacts.evaluate import CANARIES
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table, write_table
from stratify.cli import main
from stratify.commands.report import load_results
from stratify.errors import StratifyError

STUDY = "mock-response"


@pytest.fixture
def folder(arguments: argparse.Namespace, tmp_path):
    """A copy of the study that a test may change."""
    root = arguments.results.parent
    for name in ("config", "results"):
        shutil.copytree(root / name, tmp_path / name)
    return tmp_path


def command(folder) -> list[str]:
    return ["report", "--study", str(folder / f"config/studies/{STUDY}.yaml"), "--results", str(folder / "results")]


def test_report_is_written_twice_the_same(folder):
    path = Layout(folder / "results").report(STUDY)
    assert main(command(folder)) == 0
    first = path.read_bytes()
    assert main(command(folder)) == 0
    assert path.read_bytes() == first
    assert b"Research use only" in first


def test_provenance_is_that_of_the_files(arguments):
    results = load_results(arguments)
    assert results.provenance.study_sha256 == hashlib.sha256(arguments.study.read_bytes()).hexdigest()
    assert list(results.provenance.manifests) == ["mock_source"]
    assert results.champion == "elastic_net"


def test_a_failed_canary_takes_the_championship(folder):
    path = Layout(folder / "results").canaries(STUDY)
    canaries = read_table(CANARIES, path)
    write_table(canaries.assign(passed=canaries["model"] != "elastic_net"), CANARIES, path)
    arguments = argparse.Namespace(study=folder / f"config/studies/{STUDY}.yaml", results=folder / "results")
    assert load_results(arguments).champion == "lightgbm"
    write_table(canaries.assign(passed=False), CANARIES, path)
    assert load_results(arguments).champion is None


def test_a_missing_artifact_is_one_message_and_no_report(folder, capsys):
    layout = Layout(folder / "results")
    layout.metrics(STUDY).unlink()
    assert main(command(folder)) == 2
    assert "metrics.parquet: no such file" in capsys.readouterr().err
    assert not layout.report(STUDY).exists()
    with pytest.raises(StratifyError, match="no such file"):
        load_results(argparse.Namespace(study=folder / f"config/studies/{STUDY}.yaml", results=folder / "results"))
