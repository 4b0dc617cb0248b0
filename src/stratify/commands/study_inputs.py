"""Arguments and inputs that the study-level commands share."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stratify.artifacts.harmonize import CLINICAL, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_column, read_table
from stratify.assemble.cohort import Cohort
from stratify.assemble.features import needed_measurements
from stratify.assemble.signatures import Signature, load_catalogue
from stratify.config import DatasetConfig, StudyConfig, load_dataset, load_study
from stratify.errors import StratifyError
from stratify.wording import counted


@dataclass(frozen=True)
class StudyInputs:
    """A study file, the dataset files it names, and where artifacts are.

    Parameters
    ----------
    name
        Study identifier: the file's name without `.yaml`.
    study
        The study.
    datasets
        Its datasets by identifier, in the study's order.
    layout
        Paths of the artifacts.
    """

    name: str
    study: StudyConfig
    datasets: dict[str, DatasetConfig]
    layout: Layout


def add_study_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--study` and `--results`."""
    parser.add_argument("--study", type=Path, required=True, help="study file, config/studies/<study>.yaml")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of the results")


def add_signatures_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--signatures`."""
    parser.add_argument(
        "--signatures",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="signature catalogues; those the study names, in data/reference, where not given",
    )


def read_study_inputs(args: argparse.Namespace) -> StudyInputs:
    """Read the study file and the dataset files beside it (`../datasets/<dataset>.yaml`)."""
    study = load_study(args.study)
    folder = args.study.parent.parent / "datasets"
    datasets = {name: load_dataset(folder / f"{name}.yaml") for name in study.datasets.every}
    return StudyInputs(args.study.stem, study, datasets, Layout(args.results))


def read_signatures(args: argparse.Namespace, study: StudyConfig) -> dict[str, Signature]:
    """Read the catalogues of `--signatures`, or those the study names."""
    return load_catalogue(*(args.signatures or [Path("data/reference") / f"{name}.yaml" for name in study.signatures]))


def read_cohorts(inputs: StudyInputs, signatures: dict[str, Signature]) -> list[Cohort]:
    """Read the harmonized cohorts of a study, of the measurements only what the study needs."""
    return [_read_cohort(inputs, name, signatures) for name in inputs.datasets]


def read_clinical_tables(inputs: StudyInputs) -> list[Cohort]:
    """Read the harmonized cohorts of a study without their measurements."""
    return [
        Cohort(name, config, read_table(CLINICAL, inputs.layout.clinical(name)))
        for name, config in inputs.datasets.items()
    ]


def read_whole_cohort(inputs: StudyInputs, name: str, namespace: str | None = None) -> Cohort:
    """Read a harmonized cohort with everything that was measured, or only the modalities in a namespace (`gene`)."""
    config = inputs.datasets[name]
    measurements = {
        modality: read_table(MODALITY, inputs.layout.modality(name, modality)).set_index("feature")
        for modality, of in config.modalities.items()
        if namespace in {None, of.namespace}
    }
    return _cohort(inputs, name, measurements)


def _read_cohort(inputs: StudyInputs, name: str, signatures: dict[str, Signature]) -> Cohort:
    config = inputs.datasets[name]
    measurements = {}
    for modality in config.modalities:
        path = inputs.layout.modality(name, modality)
        available = read_column(path, "feature")
        needed = needed_measurements(inputs.study, signatures, available)
        rows = read_table(MODALITY, path, filters=[("feature", "in", needed)]) if needed else None
        if rows is not None:
            measurements[modality] = rows.set_index("feature")
    return _cohort(inputs, name, measurements)


def _cohort(inputs: StudyInputs, name: str, measurements: dict[str, pd.DataFrame]) -> Cohort:
    """Join a cohort's tables; a sample that only measurements know is of another run of `harmonize`."""
    clinical = read_table(CLINICAL, inputs.layout.clinical(name))
    for modality, table in measurements.items():
        unknown = sorted(set(table.columns) - set(clinical["sample_id"]))
        if unknown:
            path = inputs.layout.modality(name, modality)
            raise StratifyError(
                f"{path}: {counted(len(unknown), 'sample is', 'samples are')} not in {inputs.layout.clinical(name)}, "
                f"such as {unknown[0]}; the two are of different runs: delete {path} and run `snakemake {path}` to "
                "make it again"
            )
    return Cohort(name, inputs.datasets[name], clinical, measurements)
