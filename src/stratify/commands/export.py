"""`stratify export`: write a study's patients as a MuData file, which muon and scanpy read."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stratify.errors import StratifyError

if TYPE_CHECKING:
    import pandas as pd

    from stratify.commands.same_patients import StudyPatients
    from stratify.commands.study_inputs import StudyInputs
    from stratify.export import Measured

logger = logging.getLogger(__name__)

ENDING = ".h5mu"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command line."""
    from stratify.commands.study_inputs import add_study_arguments

    add_study_arguments(parser)
    parser.add_argument("--to", type=Path, required=True, help=f"where the patients go: a file ending in {ENDING}")


def run(args: argparse.Namespace) -> None:
    """Read the study table and the harmonized measurements, write one file."""
    from stratify import RESEARCH_USE_ONLY
    from stratify.artifacts.atomic import atomic
    from stratify.commands.same_patients import read_patients
    from stratify.commands.study_inputs import read_study_inputs, read_whole_cohort
    from stratify.export import FEATURES, measured_by_modality, require_library, study_mudata, write_mudata

    _check_target(args.to)
    require_library()
    inputs = read_study_inputs(args)
    patients = read_patients(inputs.study, inputs.name, inputs.layout)
    table = patients.table
    cohorts = [read_whole_cohort(inputs, name) for name in inputs.datasets]
    measured = measured_by_modality(_described_by(patients), cohorts)
    study = study_mudata(table, measured, _about(inputs, measured, args.study))
    with atomic(args.to) as temporary:
        write_mudata(study, temporary)
    _report(inputs, table, measured, study[FEATURES].n_vars)
    logger.info("wrote %s", args.to)
    logger.info(RESEARCH_USE_ONLY)


def _check_target(path: Path) -> None:
    if path.is_dir():
        raise StratifyError(f"--to {path}: is a folder; name a file that ends in {ENDING}")
    if path.suffix.lower() != ENDING:
        raise StratifyError(
            f"--to {path}: found ending {path.suffix!r}; a study is written as MuData, one file with several "
            f"modalities: name it {path.stem}{ENDING}"
        )


def _described_by(patients: "StudyPatients") -> "pd.DataFrame":
    """Find the dataset and sample of each patient of the study table."""
    samples = patients.samples().set_index("patient_id")["sample_id"]
    cohorts = patients.table.set_index("patient_id")[["cohort"]]
    return cohorts.set_axis(["dataset"], axis=1).assign(sample_id=samples)


def _about(inputs: "StudyInputs", measured: dict[str, "Measured"], study_file: Path) -> dict[str, Any]:
    from stratify import RESEARCH_USE_ONLY, __version__
    from stratify.code_version import git_state

    commit, uncommitted = git_state(study_file.parent)
    study = inputs.study
    return {
        "study": inputs.name,
        "title": study.title,
        "question": study.question,
        "positive": study.positive,
        "datasets": {name: config.title for name, config in inputs.datasets.items()},
        "units": {modality: one.units for modality, one in measured.items()},
        "transductive": study.transductive_reason or "no",
        "code_version": __version__,
        "git_commit": f"{commit or 'not known'}{' with uncommitted changes' if uncommitted else ''}",
        "research_use_only": RESEARCH_USE_ONLY,
    }


def _report(inputs: "StudyInputs", table: "pd.DataFrame", measured: dict[str, "Measured"], n_features: int) -> None:
    """Say what is in the file, and what must not be compared."""
    from stratify.export import FEATURES
    from stratify.wording import counted

    people, cohorts = counted(len(table), "patient"), counted(table["cohort"].nunique(), "dataset")
    logger.info("%s: %s of %s", inputs.name, people, cohorts)
    logger.info(
        "modality %s: %s, %s besides the clinical ones in obs", FEATURES, people, counted(n_features, "feature")
    )
    for name, one in measured.items():
        size = f"{counted(len(one.matrix), 'patient')}, {counted(one.matrix.shape[1], 'feature')}"
        shared = int(one.features["n_datasets"].eq(len(one.units)).sum())
        everywhere = f", {shared:,} of them in all {len(one.units)} datasets" if len(one.units) > 1 else ""
        logger.info("modality %s: %s%s", name, size, everywhere)
        if len(set(one.units.values())) > 1:
            shown = ", ".join(f"{dataset} {unit}" for dataset, unit in one.units.items())
            logger.warning(
                "modality %s: units differ between datasets (%s), see obs column %s_unit; do not compare them",
                name,
                shown,
                name,
            )
