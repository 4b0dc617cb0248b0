"""A malformed input: what writes it, the command that meets it, and what the one message must say."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from stratify.cli import main
from stratify.fit.models import MODELS
from stratify.score import ModelCard, PatientModel, feature_ranges

LONGEST_SECONDS = 5.0
"""Of work; a busy machine takes longer by the clock."""

LONGEST_WAIT = 60.0
"""By the clock: nothing waits for what does not come."""


@dataclass(frozen=True)
class Case:
    """One malformed input.

    Parameters
    ----------
    name
        What is wrong, as the name of the test.
    make
        Writes the input into an empty folder and gives the arguments of `stratify`; results go to its `results`.
    message
        Regular expression that the message matches, over several lines: the file, the place, found and expected.
    leaves
        Files below `results` that the command may leave: the table of findings, where a finding stops the run.
    """

    name: str
    make: Callable[[Path], list[str]]
    message: str
    leaves: tuple[str, ...] = ()


def check(case: Case, folder: Path, errors: Callable[[], str]) -> None:
    """Run a case in process.

    Parameters
    ----------
    case
        The case.
    folder
        An empty folder.
    errors
        Gives what was written to standard error so far.
    """
    arguments = case.make(folder)
    errors()
    started, working = time.perf_counter(), time.process_time()
    status = main(arguments)
    seconds, worked = time.perf_counter() - started, time.process_time() - working
    error = errors()
    assert status == 2, error
    assert len(re.findall(r"^stratify \S+: error: ", error, re.MULTILINE)) == 1, error
    assert "Traceback" not in error
    assert re.search(case.message, error, re.DOTALL), error
    written = {path.relative_to(folder / "results").as_posix() for path in files_below(folder / "results")}
    assert written == set(case.leaves)
    assert worked < LONGEST_SECONDS
    assert seconds < LONGEST_WAIT


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


Content = str | bytes | Callable[[Path], object]
"""A file's content, or what writes it."""

CLINICAL_CSV = "id,Age,Sex,OS,Dead\n01,61,F,12,1\n02,47,M,8,0\n03,55,F,40,1\n"
GENES_TSV = "gene\t01\t02\t03\nCXCL9\t1\t2\t3\nACTB\t7\t6\t5\n"
CLINICAL = {
    "file": "c.csv",
    "id": "id",
    "timepoint": "baseline",
    "columns": {"age_years": "Age", "sex": {"from": "Sex", "values": {"F": "female", "M": "male"}}},
    "endpoints": {"os_days": {"from": "OS", "unit": "month"}, "os_event": "Dead"},
}
EXPRESSION = {
    "file": "m.tsv",
    "namespace": "gene",
    "id": "gene",
    "orientation": "features_by_samples",
    "unit": "tpm",
}
FINDINGS = ("harmonize/toy/findings.parquet",)


def cohort(
    files: Mapping[str, Content],
    clinical: Mapping[str, Any] | None = None,
    expression: Mapping[str, Any] | None = None,
    **dataset: Any,
) -> Callable[[Path], list[str]]:
    """Describe a small cohort whose raw files are as fetched, however malformed.

    Parameters
    ----------
    files
        Raw files by name, which replace or join a good clinical table `c.csv` and good expression `m.tsv`.
    clinical, expression
        Keys of the two tables that differ from the good ones'; a null takes the key out.
    dataset
        Keys of the dataset file that differ.

    Returns
    -------
    callable
        The `make` of a case.
    """
    tables = {"clinical": _changed(CLINICAL, clinical), "expression": _changed(EXPRESSION, expression)}
    content = {
        "title": "Toy",
        "source": "box",
        "patient_pool": "toy",
        "study_family": "toy",
        "clinical": tables["clinical"],
        "modalities": {"expression": tables["expression"]},
        **dataset,
    }

    def make(folder: Path) -> list[str]:
        _write_source(folder, {"c.csv": CLINICAL_CSV, "m.tsv": GENES_TSV, **files})
        path = folder / "config/datasets/toy.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return [
            "harmonize",
            *("--dataset", str(path)),
            *("--raw", str(folder / "raw")),
            *("--results", str(folder / "results")),
        ]

    return make


def _changed(base: Mapping[str, Any], changes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in {**base, **(changes or {})}.items() if value is not None}


def _write_source(folder: Path, files: Mapping[str, Content]) -> None:
    raw = folder / "raw/box"
    for name, content in files.items():
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str | bytes):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        else:
            content(path)
    digests = {
        path.relative_to(raw).as_posix(): {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in files_below(raw)
    }
    source = folder / "config/sources/box.yaml"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(yaml.safe_dump({"title": "Box", "citation": "c", "files": digests}), encoding="utf-8")


def written_model(folder: Path) -> Path:
    """Write a small model that reads an age and a gene.

    Returns
    -------
    Path
        The model folder.
    """
    rng = np.random.default_rng(1)
    y = np.arange(40) % 2
    features = pd.DataFrame({"clin.age_years": rng.normal(60, 9, 40).round(), "gene.CD8A": rng.normal(5, 1, 40) + y})
    card = ModelCard(
        study="toy",
        model="elastic_net",
        title="Toy",
        question="Who responds?",
        positive="response",
        endpoint={"rule": "as_published", "field": "response"},
        features=feature_ranges(features),
        expression_unit="log2_tpm",
        cut_offs=[0.5],
        strata=["low", "high"],
        n_patients=40,
        n_positive=20,
        cohorts=["toy"],
        package_version="0",
    )
    PatientModel(MODELS["elastic_net"](features, 0).fit(features, y), card).save(folder / "model")
    return folder / "model"


Values = Callable[[int], object]
"""What stands in a column of a patient, by the patient's number."""


@dataclass(frozen=True)
class Patients:
    """A small cohort of clinical values that a study learns from or judges on.

    Parameters
    ----------
    n
        Number of patients.
    y
        Who is positive.
    age, weight
        The two features.
    acknowledge
        Findings that the dataset file accepts, with their column.
    """

    n: int = 20
    y: Values = lambda number: number % 2
    age: Values = lambda number: 50 + number * 7 % 23
    weight: Values = lambda number: 70.5 + number * 5 % 17
    acknowledge: tuple[tuple[str, str], ...] = ()

    def text(self, name: str) -> str:
        """Write the raw file; other cohorts hold other people."""
        rows = [
            f"p{number},{self._of(self.age, number, name)},{self._of(self.weight, number, name)},{self.y(number)}"
            for number in range(self.n)
        ]
        return "\n".join(["id,Age,Weight,Response", *rows]) + "\n"

    @staticmethod
    def _of(values: Values, number: int, name: str) -> object:
        value = values(number)
        return value if isinstance(value, str) else value + len(name)


CROSS_VALIDATED = {"kind": "repeated_nested_cv", "outer": {"folds": 4}, "inner": {"folds": 3}}
EXTERNAL = {"kind": "external", "inner": {"folds": 3}}
LEAVE_ONE_OUT = {"kind": "leave_one_out"}


def study_of(
    folder: Path,
    cohorts: Mapping[str, Patients],
    name: str = "s",
    design: Mapping[str, Any] = CROSS_VALIDATED,
    **keys: Any,
) -> Callable[..., int]:
    """Write the files of a study of small cohorts; in the design `external`, the last one is judged on.

    Returns
    -------
    callable
        Runs a stage by its name and further arguments, and gives its status.
    """
    config, results = folder / "config", folder / "results"
    files = {f"{cohort}.csv": patients.text(cohort) for cohort, patients in cohorts.items()}
    _write_source(folder, files)
    for cohort, patients in cohorts.items():
        _write_yaml(config / "datasets" / f"{cohort}.yaml", _described(cohort, patients))
    names = list(cohorts)
    datasets = {"train": names[:-1], "evaluate": names[-1:]} if design["kind"] == "external" else {"train": names}
    study = config / "studies" / f"{name}.yaml"
    _write_yaml(study, {**STUDY, "datasets": datasets, "design": dict(design), **keys})

    def run(stage: str, *arguments: str) -> int:
        if stage == "harmonize":
            at = [
                ["--dataset", str(config / f"datasets/{cohort}.yaml"), "--raw", str(folder / "raw")] for cohort in names
            ]
            return max(main([stage, *place, "--results", str(results)]) for place in at)
        return main([stage, *arguments, "--study", str(study), "--results", str(results)])

    return run


STUDY = {
    "title": "Toy",
    "question": "Who responds?",
    "endpoint": {"rule": "as_published", "field": "response"},
    "positive": "response",
    "positive_is": "favourable",
    "features": ["clin.age_years", "clin.weight_kg"],
    "models": ["elastic_net"],
    "seed": 7,
}


def _described(name: str, patients: Patients) -> dict[str, Any]:
    clinical = {
        "file": f"{name}.csv",
        "id": "id",
        "timepoint": "baseline",
        "columns": {"age_years": "Age", "weight_kg": "Weight"},
        "endpoints": {"response": {"from": "Response", "values": {"1": 1, "0": 0}}},
        "missing": ["NA"],
    }
    accepted = [{"finding": finding, "column": column, "reason": "a test"} for finding, column in patients.acknowledge]
    families = {"patient_pool": name, "study_family": name}
    return {"title": name, "source": "box", **families, "clinical": clinical, "acknowledge": accepted}


def _write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(dict(content)), encoding="utf-8")
