import argparse
import hashlib
import shutil
from pathlib import Path

import pytest

from stratify.artifacts.evaluate import CANARIES
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table, write_table
from stratify.cli import main
from stratify.commands.report import add_arguments, load_results
from stratify.errors import StratifyError
from stratify.report.illustrations import illustrate

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
    results = load_results(arguments, arguments.signatures)
    assert results.provenance.command.endswith(f" --signatures {arguments.signatures.as_posix()}")
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


def test_the_default_catalogue_is_that_of_the_other_commands():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args(["--study", "a.yaml"]).signatures == Path("data/reference/signatures.yaml")


def test_figures_need_no_catalogue(arguments):
    results = load_results(argparse.Namespace(study=arguments.study, results=arguments.results))
    assert results.signatures == {}
    assert "--signatures" not in results.provenance.command
    assert illustrate(results)["forest"].figure is not None


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
