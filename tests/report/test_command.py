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
    shutil.copy(root / "signatures.yaml", tmp_path)
    return tmp_path


def command(folder) -> list[str]:
    places = {
        "--study": f"config/studies/{STUDY}.yaml",
        "--results": "results",
        "--signatures": "signatures.yaml",
    }
    return ["report", *(text for option, place in places.items() for text in (option, str(folder / place)))]


def test_report_is_written_twice_the_same(folder):
    path = Layout(folder / "results").report(STUDY)
    assert main(command(folder)) == 0
    first = path.read_bytes()
    assert main(command(folder)) == 0
    assert path.read_bytes() == first
    assert b"Research use only" in first


def test_provenance_is_that_of_the_files(arguments):
    results = load_results(arguments)
    assert results.provenance.command.endswith(f" --signatures {arguments.signatures[0].as_posix()}")
    assert results.provenance.study_sha256 == hashlib.sha256(arguments.study.read_bytes()).hexdigest()
    assert list(results.provenance.manifests) == ["mock_source"]
    assert results.champion == "elastic_net"


def test_the_signature_catalogue_is_read(folder, capsys):
    assert main(command(folder)) == 0
    page = Layout(folder / "results").report(STUDY).read_text()
    assert "Somebody 2015 &amp; others" in page
    (folder / "signatures.yaml").unlink()
    assert main(command(folder)) == 2
    assert "signatures.yaml" in capsys.readouterr().err


def test_the_study_names_its_catalogues(folder, monkeypatch):
    study = folder / f"config/studies/{STUDY}.yaml"
    (folder / "data/reference").mkdir(parents=True)
    (folder / "signatures.yaml").rename(folder / "data/reference/mine.yaml")
    study.write_text(study.read_text() + "signatures: [mine]\n")
    monkeypatch.chdir(folder)
    results = load_results(argparse.Namespace(study=study, results=folder / "results", signatures=None))
    assert "cyt" in results.signatures
    assert "--signatures" not in results.provenance.command


def test_a_failed_canary_takes_the_championship(folder):
    path = Layout(folder / "results").canaries(STUDY)
    canaries = read_table(CANARIES, path)
    write_table(canaries.assign(passed=canaries["model"] != "elastic_net"), CANARIES, path)
    arguments = argparse.Namespace(
        study=folder / f"config/studies/{STUDY}.yaml",
        results=folder / "results",
        signatures=[folder / "signatures.yaml"],
    )
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
