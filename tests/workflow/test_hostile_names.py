"""Nothing that stands in a configuration or in the environment becomes a command of the shell."""

from dataclasses import replace

import pytest

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize("name", ["../alpha-response", "alpha;touch pwned", "$(touch pwned)"])
def test_the_workflow_stops_at_a_name_that_is_no_identifier(clone, name):
    clone.edit("config/config.yaml", lambda run: run.update(studies=[name]))
    run = clone.snakemake()
    assert run.code != 0
    assert "studies.0: expected a name of letters" in run.text
    assert "Traceback" not in run.text
    assert run.jobs == set()
    assert list(clone.folder.rglob("pwned")) == []


def test_a_tracking_address_is_one_word_to_the_shell(project):
    uri = "sqlite:///odd;touch pwned;$(touch pwned)`touch pwned` {0}' \".db"
    run = replace(project, env=project.env | {"MLFLOW_TRACKING_URI": uri}).snakemake()
    assert run.code == 0, run.text
    assert (project.folder / uri.removeprefix("sqlite:///")).is_file()
    assert list(project.folder.rglob("pwned")) == []


def test_a_mirror_is_no_command(clone):
    mirror = "mirror;touch pwned;$(touch pwned)"
    (clone.folder / mirror).mkdir()
    clone.edit("config/config.yaml", lambda run: run.update(mirror=mirror))
    run = clone.snakemake("results/fetch/toy_alpha.json")
    assert run.code == 0, run.text
    assert list(clone.folder.rglob("pwned")) == []
