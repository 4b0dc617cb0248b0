"""Snakemake's own tools on this workflow: the linter, its report, and the plan of the repository's studies."""

import zipfile

import pytest

pytestmark = pytest.mark.workflow


def test_the_linter_is_content(repository):
    run = repository.snakemake("--lint")
    assert run.code == 0, run.text
    assert "in a good condition" in run.text


def test_the_studies_of_the_repository_can_be_planned(repository):
    jobs = repository.plan()
    stages = {job[0] for job in jobs}
    assert stages == {"fetch", "harmonize", "assemble", "split", "fit", "evaluate", "discover", "report", "track"}
    assert {job[1] for job in jobs if job[0] == "track"} == {"melanoma-icb-response", "breast-metastasis-5y"}


def test_snakemakes_report_holds_the_reports_of_the_studies(project):
    run = project.snakemake("--report", "report.zip")
    assert run.code == 0, run.text
    with zipfile.ZipFile(project.folder / "report.zip") as archive:
        held = {archive.read(name) for name in archive.namelist() if name.endswith("report.html")}
    for study in ("alpha-response", "beta-response"):
        assert (project.folder / "results" / "report" / study / "report.html").read_bytes() in held
