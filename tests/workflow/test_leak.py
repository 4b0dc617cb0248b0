"""A leak stops its own study, with a message that says where to look, and leaves the others alone."""

import shutil

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TARGET_ENCODED = """

_honest = assemble


def assemble(name, study, cohorts, signatures):
    assembled = _honest(name, study, cohorts, signatures)
    if name == "alpha-response":
        table = assembled.table
        group = table["gene.CXCL9"].round(0)
        table["gene.CXCL9"] = table["y"].astype("float64").groupby(group).transform("mean")
    return assembled
"""


def test_a_leak_in_assemble_stops_the_study_and_no_other(project):
    for made in ("results/report", "results/track", "mlartifacts"):
        shutil.rmtree(project.folder / made)
    (project.folder / "mlflow.db").unlink()
    project.append("assemble/table.py", TARGET_ENCODED)

    run = project.snakemake()

    assert run.code != 0
    assert "Logfile logs/evaluate/alpha-response.log" in run.text
    for model in ("elastic_net", "lightgbm"):
        assert f"canary garbage_in_held_out_rows of {model} (step assemble or fit) failed: largest change" in run.text
    assert "study alpha-response: " in run.text
    assert "Traceback" not in run.text

    tracked = {path.name for path in (project.folder / "results" / "track").iterdir()}
    assert tracked == {"beta-response.json"}
    assert not (project.folder / "results" / "report" / "alpha-response" / "report.html").exists()
    client = project.mlflow_client()
    assert [model.name for model in client.search_registered_models()] == ["beta-response"]
    assert client.get_model_version_by_alias("beta-response", "champion").aliases == ["champion"]
