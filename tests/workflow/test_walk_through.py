"""`docs/adding-a-cohort.md`, done as it is written: files, commands, and what they print.

Blocks of the page by language: `yaml` is a file, named by its first line; `bash` is run; `text` after it is all that
it prints, where `…` stands for any text, and as a line for any lines; `diff` is a mistake to make before the next
command, which then must fail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.evaluate import CANARIES, METRICS
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table

from .conftest import PARTS, REPOSITORY, Project, Run, copy_repository

pytestmark = pytest.mark.workflow

PAGE = REPOSITORY / "docs" / "adding-a-cohort.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MISTAKE = re.compile(r"--- (\S+)\n(.*)", re.DOTALL)
STUDY = "toy-response"


@dataclass(frozen=True)
class Step:
    """A command of the page."""

    files: dict[str, str]
    """To write before it."""
    mistake: str | None
    command: str
    printed: str | None


@dataclass(frozen=True)
class Walk:
    """What became of the commands, up to the first that was not as the page says."""

    project: Project
    done: list[tuple[Step, Run]]


def steps(text: str) -> Iterator[Step]:
    files: dict[str, str] = {}
    mistake = None
    blocks = BLOCK.findall(text)
    for at, (language, body) in enumerate(blocks):
        if language == "yaml":
            files[body.splitlines()[0].removeprefix("# ")] = body
        elif language == "diff":
            mistake = body
        elif language == "bash":
            follows = blocks[at + 1] if at + 1 < len(blocks) else ("", "")
            yield Step(files, mistake, body, follows[1] if follows[0] == "text" else None)
            files, mistake = {}, None


STEPS = list(steps(PAGE.read_text(encoding="utf-8")))


def as_pattern(printed: str) -> str:
    lines = printed.splitlines(keepends=True)
    return "".join("(?:.*\n)*?" if line == "…\n" else re.escape(line).replace("…", ".*") for line in lines)


def with_mistake(text: str, body: str) -> str:
    lines = body.splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
    assert text.count(old) == 1, old
    return text.replace(old, new)


def run_step(project: Project, step: Step) -> Run:
    for name, content in step.files.items():
        (project.folder / name).write_text(content, encoding="utf-8")
    if step.mistake is None:
        return shell(project, step.command)
    name, body = MISTAKE.fullmatch(step.mistake).groups()
    file = project.folder / name
    right = file.read_text(encoding="utf-8")
    file.write_text(with_mistake(right, body), encoding="utf-8")
    run = shell(project, step.command)
    file.write_text(right, encoding="utf-8")
    return run


def shell(project: Project, command: str) -> Run:
    return project.run("bash", "-euo", "pipefail", "-c", command)


@pytest.fixture(scope="module")
def walk(fresh: Project, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Do the whole page in a copy of this repository."""
    folder: Path = copy_repository(tmp_path_factory.mktemp("walk") / "stratify", [*PARTS, "config"])
    project = replace(fresh, folder=folder)
    done: list[tuple[Step, Run]] = []
    for step in STEPS:
        done.append((step, run_step(project, step)))
        if (done[-1][1].code == 0) != (step.mistake is None):
            break
    return Walk(project, done)


@pytest.mark.parametrize("at", range(len(STEPS)), ids=[step.command.split("\n")[0][:40] for step in STEPS])
def test_a_command_does_what_the_page_says(walk, at):
    assert at < len(walk.done), f"an earlier command went wrong: {walk.done[-1][0].command}"
    step, run = walk.done[at]
    assert (run.code == 0) == (step.mistake is None), run.text
    assert "Traceback" not in run.text
    if step.printed is not None:
        assert re.fullmatch(as_pattern(step.printed), run.text), run.text


def test_the_page_shows_what_it_should():
    written = [name for step in STEPS for name in step.files]
    folders = [Path(name).parent.as_posix() for name in written]
    assert sorted(folders) == sorted(["config"] + ["config/datasets"] * 2 + ["config/sources"] * 3 + ["config/studies"])
    readers = {yaml.safe_load(text).get("clinical", {}).get("reader") for step in STEPS for text in step.files.values()}
    assert readers == {"cbioportal", "geo_series_matrix", None}
    assert sum(step.mistake is not None for step in STEPS) == 3


def test_the_run_ends_with_a_report_on_the_patients_that_the_page_counts(walk):
    layout = Layout(walk.project.folder / "results")
    patients = read_table(TABLE, layout.table(STUDY))
    assert patients.groupby("cohort")["y"].agg(["size", "sum"]).T.to_dict("list") == {
        "toy_geo": [58, 29],
        "toy_portal": [70, 35],
    }
    assert read_table(CANARIES, layout.canaries(STUDY))["passed"].all()
    assert "128 patients" in re.sub(r"<[^>]+>|\s+", " ", layout.report(STUDY).read_text()).replace("  ", " ")


def test_the_second_cohort_was_read_right(walk):
    metrics = read_table(METRICS, Layout(walk.project.folder / "results").metrics(STUDY)).set_index("model")
    auroc = metrics[(metrics["metric"] == "auroc") & (metrics["cohort"] == "toy_geo") & (metrics["subgroup"] == "all")]
    assert auroc.loc["elastic_net", "estimate"] > 0.7
    assert auroc.loc["gene.CXCL9", "estimate"] > 0.7  # a gene moved by one standard deviation: 0.76 on average


def test_patients_who_were_in_no_study_are_scored_from_their_genes(walk):
    scores = pd.read_csv(walk.project.folder / "scores.csv").set_index("patient_id")
    assert scores.index.tolist() == [f"toy_geo:MEL{number:03d}" for number in range(61, 69)]
    assert scores["probability"].between(0, 1).all()
    assert scores["missing_features"].fillna("").tolist() == [""] * 7 + ["clin.age_years"]


def test_links_lead_somewhere():
    for page, other in ((PAGE, "../config/README.md"), (PAGE, "../README.md"), (REPOSITORY / "config/README.md", PAGE)):
        target = other if isinstance(other, str) else "../docs/adding-a-cohort.md"
        assert f"({target}" in page.read_text(encoding="utf-8")
        assert (page.parent / target).is_file()
