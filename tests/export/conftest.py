"""Results of a study on disk: three cohorts, of which one measured no expression."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.assemble import SAMPLES, TABLE
from stratify.artifacts.harmonize import CLINICAL, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import write_table
from stratify.assemble.cohort import Cohort
from stratify.assemble.signatures import Signature
from stratify.assemble.table import assemble
from stratify.config import DatasetConfig, StudyConfig, validate
from stratify.config.closed import Closed
from stratify.synthetic import make_cohort

STUDY = "toy-study"


def near() -> Cohort:
    """Patients of whom one was not measured, and one has three samples: one without a label, one under treatment."""
    cohort = make_cohort(12, n_genes=6, name="near", seed=1)
    clinical = cohort.clinical.set_index("sample_id", drop=False)
    clinical.loc["near:P003", "clin.sex"] = None
    unlabelled = clinical.loc[["near:P001"]].assign(sample_id="near:P000_first", **{"endpoint.response": np.nan})
    later = clinical.loc[["near:P001"]].assign(sample_id="near:P001_later", timepoint="on_treatment")
    expression = cohort.measurements["expression"].drop(columns="near:P002")
    expression[["near:P000_first", "near:P001_later"]] = np.float32(99)
    expression.loc["gene.CXCL9", "near:P005"] = np.nan
    return replace(
        cohort,
        clinical=pd.concat([clinical, unlabelled, later]).reset_index(drop=True),
        measurements={"expression": expression},
    )


def far() -> Cohort:
    """A cohort that lacks one gene of the other and has one of its own."""
    cohort = make_cohort(8, n_genes=6, name="far", patient_pool="elsewhere", seed=2)
    expression = cohort.measurements["expression"].rename(index={"gene.GENE0": "gene.ONLY_FAR"})
    return replace(cohort, measurements={"expression": expression[expression.columns[::-1]]})


def clinical_only() -> Cohort:
    cohort = make_cohort(6, name="clinical_only", patient_pool="third", seed=3)
    return Cohort("clinical_only", cohort.config.model_copy(update={"modalities": {}}), cohort.clinical)


@pytest.fixture
def cohorts() -> list[Cohort]:
    return [near(), far(), clinical_only()]


def study_of(make_study: Callable[..., StudyConfig], **changes: object) -> StudyConfig:
    keys = {
        "datasets": {"train": ["near", "far", "clinical_only"]},
        "features": ["clin.*", "sig.cyt"],
        "design": {"kind": "leave_one_out"},
        "models": ["elastic_net"],
    }
    return make_study(**{**keys, **changes})


def with_unit(cohort: Cohort, unit: str) -> Cohort:
    """The same cohort, its expression declared in another unit."""
    content = plain(cohort.config)
    content["modalities"]["expression"]["unit"] = unit
    return replace(cohort, config=validate(DatasetConfig, content, "test"))


def plain(config: Closed) -> dict:
    """A configuration as one writes it."""
    return config.model_dump(mode="json", by_alias=True, exclude_unset=True)


def write_results(
    folder: Path, study: StudyConfig, cohorts: list[Cohort], signatures: dict[str, Signature]
) -> argparse.Namespace:
    """Write configuration and artifacts below `folder`; return the arguments of the command."""
    config, layout = folder / "config", Layout(folder / "results")
    files = {f"datasets/{cohort.name}.yaml": plain(cohort.config) for cohort in cohorts}
    for place, content in (files | {f"studies/{STUDY}.yaml": plain(study)}).items():
        path = config / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False))
    for cohort in cohorts:
        write_table(cohort.clinical, CLINICAL, layout.clinical(cohort.name))
        for name, values in cohort.measurements.items():
            write_table(values.rename_axis("feature").reset_index(), MODALITY, layout.modality(cohort.name, name))
    assembled = assemble(STUDY, study, cohorts, signatures)
    write_table(assembled.table, TABLE, layout.table(STUDY))
    samples = pd.DataFrame({"patient_id": assembled.table["patient_id"], "sample_id": assembled.samples})
    write_table(samples, SAMPLES, layout.samples(STUDY))
    return argparse.Namespace(
        study=config / "studies" / f"{STUDY}.yaml",
        results=layout.results,
        to=folder / "out" / "cohort.h5mu",
    )


@pytest.fixture
def arguments(tmp_path, make_study, cohorts, signatures) -> argparse.Namespace:
    return write_results(tmp_path, study_of(make_study), cohorts, signatures)
