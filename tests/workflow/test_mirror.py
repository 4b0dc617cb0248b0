"""The mirror in the workflow: the environment goes before the configuration, and no result depends on it."""

import dataclasses
import json

import pytest

pytestmark = pytest.mark.workflow

MANIFEST = "results/fetch/toy_alpha.json"
FETCH = {("fetch", "toy_alpha")}


@pytest.fixture
def mirrored(clone, tmp_path):
    """A project without package index, whose mirror holds the files."""
    fetched = clone.snakemake(MANIFEST)
    assert fetched.code == 0, fetched.text
    (tmp_path / "my mirror").mkdir()
    (clone.folder / "data/raw/toy_alpha").rename(tmp_path / "my mirror/toy_alpha")
    (clone.folder / MANIFEST).unlink()
    return dataclasses.replace(clone, env=clone.env | {"PIP_FIND_LINKS": str(tmp_path / "nowhere")})


def origins(project):
    manifest = json.loads((project.folder / MANIFEST).read_text())
    return {entry["obtained_from"] for entry in manifest["files"].values()}


def test_the_key_and_the_variable_name_the_mirror_and_changing_it_reruns_nothing(mirrored, tmp_path):
    mirror = str(tmp_path / "my mirror")
    without = mirrored.snakemake(MANIFEST)
    assert without.code != 0
    assert "cannot download toycohorts==1.0" in (mirrored.folder / "logs/fetch/toy_alpha.log").read_text()
    mirrored.edit("config/config.yaml", lambda run: run.update(mirror=mirror))
    done = mirrored.snakemake(MANIFEST)
    assert done.code == 0, done.text
    assert origins(mirrored) == {"mirror"}
    mirrored.edit("config/config.yaml", lambda run: run.update(mirror=str(tmp_path / "nowhere")))
    assert mirrored.plan(MANIFEST) == set()
    by_variable = dataclasses.replace(mirrored, env=mirrored.env | {"STRATIFY_MIRROR": mirror})
    assert by_variable.plan(MANIFEST) == set()
    (mirrored.folder / MANIFEST).unlink()
    assert by_variable.snakemake(MANIFEST).jobs == FETCH
