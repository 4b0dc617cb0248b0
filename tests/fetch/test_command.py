import json
import logging

import pytest
import yaml

from stratify.cli import main


@pytest.fixture
def fetch(tmp_path, index, make_source):
    """Run `stratify fetch` on the toy source; give exit status and manifest."""

    def run(**changes):
        path = tmp_path / "config/sources/toy.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(make_source(**changes).model_dump()))
        where = ["--raw", str(tmp_path / "raw"), "--results", str(tmp_path / "results")]
        status = main(["fetch", "--source", str(path), *where])
        manifest = tmp_path / "results/fetch/toy.json"
        return status, json.loads(manifest.read_text()) if manifest.is_file() else None

    return run


def test_the_manifest_says_what_from_where_and_when(fetch):
    status, manifest = fetch(licence="MIT")
    assert status == 0
    assert {key: manifest[key] for key in ("source", "title", "citation", "licence", "package")} == {
        "source": "toy",
        "title": "Toy",
        "citation": "A test",
        "licence": "MIT",
        "package": {"name": "toydata", "version": "1.0"},
    }
    genes = manifest["files"]["genes.tsv"]
    assert genes["bytes"] == 17
    assert genes["path"] == "toydata/data/genes.tsv"
    assert genes["obtained_from"] == "package index"
    assert genes["fetched"].endswith("+00:00")


def test_a_second_run_keeps_origin_and_date(fetch, tmp_path):
    fetch()
    path = tmp_path / "results/fetch/toy.json"
    path.write_text(path.read_text().replace('"fetched": "20', '"fetched": "19'))
    earlier = json.loads(path.read_text())
    assert fetch() == (0, earlier)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("{")])
def test_a_lost_manifest_is_rebuilt_with_the_date_of_the_file(fetch, tmp_path, damage):
    _, before = fetch()
    damage(tmp_path / "results/fetch/toy.json")
    _, after = fetch()
    assert after["files"]["genes.tsv"]["obtained_from"] == "already present"
    assert after["files"]["genes.tsv"]["fetched"][:16] == before["files"]["genes.tsv"]["fetched"][:16]


def test_a_licence_that_is_not_stated_is_said(fetch, caplog):
    with caplog.at_level(logging.WARNING):
        fetch()
    assert "toy: the publisher states no licence" in caplog.text


def test_a_failure_is_one_line_and_no_manifest(fetch, capsys):
    assert fetch(version="9.9") == (2, None)
    error = capsys.readouterr().err.strip()
    assert error.startswith("stratify fetch: error: cannot download toydata==9.9")
    assert "Traceback" not in error
