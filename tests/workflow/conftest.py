"""A small project of two studies on synthetic cohorts, run by the real Snakemake with the rules of this repository."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mlflow
import pytest
import yaml

from stratify.synthetic import make_cohort

REPOSITORY = Path(__file__).parents[2]
PARTS = ["Snakefile", "workflow", "profiles", "environment.yml", "data/reference", "src"]
PACKAGE, VERSION = "toycohorts", "1.0"
JOB = re.compile(
    r"^Shell command: stratify (\w+) --(?:source|dataset|study) config/\w+/([\w-]+)\.yaml(?: --model (\w+))?",
    re.MULTILINE,
)

RENAMED = {
    "patient_id": "patient",
    "clin.age_years": "age",
    "clin.sex": "sex",
    "endpoint.response": "response",
    "endpoint.best_response": "recist",
    "endpoint.os_days": "os_days",
    "endpoint.os_event": "os_event",
}
DATASET = {
    "title": "Synthetic cohort",
    "clinical": {
        "file": "clinical.csv",
        "id": "patient",
        "timepoint": {"constant": "baseline"},
        "columns": {"age_years": "age", "sex": "sex"},
        "endpoints": {
            "published_response": {"from": "response", "values": {1: 1, 0: 0}},
            "best_response": "recist",
            "os_days": "os_days",
            "os_event": "os_event",
        },
    },
    "modalities": {
        "expression": {
            "file": "expression.csv",
            "orientation": "features_by_samples",
            "id": "gene",
            "namespace": "gene",
            "unit": "log2_tpm",
        }
    },
}
STUDY = {
    "question": "Who responds?",
    "positive": "response",
    "positive_is": "favourable",
    "design": {"kind": "repeated_nested_cv", "outer": {"folds": 3, "repeats": 2}, "inner": {"folds": 3}},
    "seed": 7,
}
STUDIES = {
    "alpha-response": {
        "title": "Response in cohort alpha",
        "endpoint": {"rule": "as_published", "field": "published_response"},
        "features": ["clin.*", "sig.*", "gene.*"],
        "biomarkers": {"gene.CXCL9": "higher"},
        "group_by": "clin.sex",
        "models": {
            "elastic_net": {"search": {"C": [0.1, 1.0], "l1_ratio": [0.5]}},
            "lightgbm": {"search": {"n_estimators": [10], "num_leaves": [3], "min_child_samples": [5, 15]}},
        },
    },
    "beta-response": {
        "title": "Objective response in cohort beta",
        "endpoint": {"rule": "objective_response"},
        "features": ["clin.age_years", "gene.*"],
        "models": {"elastic_net": {"search": {"C": [0.1, 1.0], "l1_ratio": [0.5]}}},
    },
}
COHORTS = {"alpha": 1, "beta": 2}
"""Cohort to seed."""


@dataclass(frozen=True)
class Run:
    """What a command did."""

    code: int
    text: str

    @property
    def all_jobs(self) -> list[tuple[str, ...]]:
        """Stages that ran, or in a dry run would, in order: stage, what of, and the model where there is one."""
        return [tuple(part for part in match if part) for match in JOB.findall(self.text)]

    @property
    def jobs(self) -> set[tuple[str, ...]]:
        """The same without order."""
        return set(self.all_jobs)


@dataclass(frozen=True)
class Project:
    """A checkout with its own home folder. Jobs run the copy of the package in it, and nothing reaches the network."""

    folder: Path
    env: dict[str, str]

    def mlflow_client(self) -> mlflow.MlflowClient:
        """Ask the project's own store, whatever store this process has used before."""
        store = f"sqlite:///{self.folder}/mlflow.db"
        return mlflow.MlflowClient(tracking_uri=store, registry_uri=store)

    def command(self, *words: str) -> Run:
        """Run a command of the environment's `bin` in the project."""
        return self.run(Path(sys.executable).parent / words[0], *words[1:])

    def run(self, *words: str | Path) -> Run:
        """Run a program in the project, with the project's copy of the package."""
        shown = subprocess.run(
            words,
            cwd=self.folder,
            env=self.env | {"PYTHONPATH": str(self.folder / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(shown.returncode, shown.stdout)

    def snakemake(self, *words: str, cores: int = 2) -> Run:
        """Run the workflow; every job's command line is shown."""
        return self.command("snakemake", "--cores", str(cores), "--printshellcmds", *words)

    def plan(self, *words: str) -> set[tuple[str, ...]]:
        """Ask which jobs a run would do."""
        run = self.snakemake("--dry-run", *words)
        assert run.code == 0, run.text
        return run.jobs

    def edit(self, path: str, change: Callable[[Any], Any]) -> None:
        """Change the content of a YAML file."""
        file = self.folder / path
        content = yaml.safe_load(file.read_text())
        change(content)
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def append(self, module: str, text: str) -> None:
        """Add text to the end of a module of the project's copy of the package."""
        with (self.folder / "src" / "stratify" / module).open("a") as stream:
            stream.write(text)

    def copy(self, folder: Path) -> "Project":
        """Copy the project with its results and Snakemake's records, times included."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return replace(self, folder=folder)


def raw_files() -> dict[str, str]:
    """Make the raw files of the cohorts, by their path in the wheel."""
    files = {}
    for name, seed in COHORTS.items():
        cohort = make_cohort(50, n_genes=16, effect=1.2, name=name, seed=seed)
        clinical = cohort.clinical.rename(columns=RENAMED)[list(RENAMED.values())]
        clinical["patient"] = clinical["patient"].str.removeprefix(f"{name}:")
        expression = cohort.measurements["expression"].set_axis(clinical["patient"], axis="columns")
        expression.index = expression.index.str.removeprefix("gene.")
        files[f"{PACKAGE}/{name}/clinical.csv"] = clinical.to_csv(index=False)
        files[f"{PACKAGE}/{name}/expression.csv"] = expression.to_csv(index_label="gene")
    return files


def copy_repository(folder: Path, parts: list[str]) -> Path:
    """Copy parts of this repository."""
    for part in parts:
        source, target = REPOSITORY / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return folder


def write_wheel(folder: Path, files: dict[str, str]) -> None:
    """Write a wheel that pip takes."""
    info = f"{PACKAGE}-{VERSION}.dist-info"
    metadata = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: {VERSION}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    folder.mkdir()
    with zipfile.ZipFile(folder / f"{PACKAGE}-{VERSION}-py3-none-any.whl", "w") as wheel:
        for path, content in (files | metadata).items():
            wheel.writestr(path, content)


def write_config(folder: Path, files: dict[str, str]) -> None:
    """Write the configuration of both studies."""
    content: dict[str, Any] = {"config.yaml": {"studies": list(STUDIES)}}
    for (study, config), cohort in zip(STUDIES.items(), COHORTS, strict=True):
        digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()}
        content[f"studies/{study}.yaml"] = STUDY | config | {"datasets": {"train": [cohort]}}
        content[f"datasets/{cohort}.yaml"] = DATASET | {
            "source": f"toy_{cohort}",
            "patient_pool": cohort,
            "study_family": cohort,
        }
        content[f"sources/toy_{cohort}.yaml"] = {
            "title": f"Synthetic cohort {cohort}",
            "citation": "none",
            "licence": "none needed",
            "package": {"name": PACKAGE, "version": VERSION},
            "files": {
                Path(path).name: {"path": path, "sha256": digest}
                for path, digest in digests.items()
                if f"/{cohort}/" in path
            },
        }
    for path, value in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(yaml.safe_dump(value, sort_keys=False))


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Make the project as cloned; not to be changed or run, only copied."""
    root = tmp_path_factory.mktemp("workflow")
    files = raw_files()
    write_wheel(root / "index", files)
    folder = copy_repository(root / "fresh", PARTS)
    write_config(folder / "config", files)
    unreachable = "http://127.0.0.1:9"
    env = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(root),
        "XDG_CACHE_HOME": str(root / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(root / "index"),
        "http_proxy": unreachable,
        "https_proxy": unreachable,
    }
    return Project(folder, env)


@pytest.fixture(scope="session")
def first_run(fresh: Project) -> tuple[Project, Run]:
    """Run the project once, from nothing to the end; not to be changed, only copied."""
    project = fresh.copy(fresh.folder.with_name("finished"))
    run = project.snakemake()
    assert run.code == 0, run.text
    return project, run


@pytest.fixture(scope="session")
def finished(first_run: tuple[Project, Run]) -> Project:
    """Give the project after its first run; not to be changed, only read."""
    return first_run[0]


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """Copy the finished project, to change and run again."""
    return finished.copy(tmp_path / "project")


@pytest.fixture
def clone(fresh: Project, tmp_path: Path) -> Project:
    """Copy the project as cloned, to change and run."""
    return fresh.copy(tmp_path / "project")


@pytest.fixture
def repository(fresh: Project, tmp_path: Path) -> Project:
    """Copy this repository with its own configuration."""
    return replace(fresh, folder=copy_repository(tmp_path / "repository", [*PARTS, "config"]))
