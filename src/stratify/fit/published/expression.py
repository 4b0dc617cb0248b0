"""The expression of a study's patients, cohort by cohort, for the comparators that read it."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.errors import StratifyError
from stratify.wording import counted

logger = logging.getLogger(__name__)

UNITS = ("log2_tpm", "log2_cpm")
"""Harmonized units that are handed on: logarithms of values that are comparable between the samples of a cohort."""


@dataclass(frozen=True)
class CohortExpression:
    """What one cohort's patients of a study express.

    Parameters
    ----------
    cohort
        Dataset identifier.
    levels : DataFrame of float64, shape (n_genes, n_patients)
        ``log2(x + 1)`` of TPM or CPM, gene symbols in the index; one column a patient, named and sorted by
        `patient_id`. Only patients of the study table who were measured.
    clinical : DataFrame, shape (n_patients, …)
        Their clinical columns, indexed like the columns of `levels`.
    """

    cohort: str
    levels: pd.DataFrame
    clinical: pd.DataFrame


def cohort_expression(table: pd.DataFrame, samples: pd.Series, cohorts: Iterable[Cohort]) -> list[CohortExpression]:
    """Take the expression of a study's patients, and of nobody else.

    Parameters
    ----------
    table
        The study table.
    samples
        By `patient_id`, the sample that the study table describes the patient by.
    cohorts
        Harmonized cohorts with all their genes.

    Returns
    -------
    list of CohortExpression
        Without the cohorts that have no gene expression in `UNITS`; of several such tables, the first is taken.

    Raises
    ------
    StratifyError
        A patient of the table has no sample.
    """
    strangers = table.loc[~table["patient_id"].isin(samples.index), "patient_id"]
    if len(strangers):
        raise StratifyError(
            f"the list of samples does not know {counted(len(strangers), 'patient')} of the study table "
            f"({', '.join(strangers[:3])}); both are made by `stratify assemble`, run it again"
        )
    found = []
    for cohort in cohorts:
        modality = next((name for name in cohort.measurements if _is_usable(cohort, name)), None)
        members = samples[table.loc[table["cohort"].eq(cohort.name), "patient_id"]]
        if modality is None:
            logger.warning("cohort %s has no gene expression in %s", cohort.name, " or ".join(UNITS))
            continue
        found.append(_of_patients(cohort, cohort.measurements[modality], members))
        missing = len(members) - found[-1].levels.shape[1]
        if missing:
            logger.warning("cohort %s: %s without expression", cohort.name, counted(missing, "patient"))
    return found


def _is_usable(cohort: Cohort, name: str) -> bool:
    modality = cohort.config.modalities[name]
    return modality.namespace == "gene" and modality.harmonized_unit in UNITS


def _of_patients(cohort: Cohort, measured: pd.DataFrame, sample_of: pd.Series) -> CohortExpression:
    sample_of = sample_of[sample_of.isin(measured.columns)].sort_index()
    levels = measured[sample_of].set_axis(sample_of.index, axis="columns").astype("float64")
    levels = levels.loc[:, levels.notna().any()]
    clinical = cohort.clinical.set_index("sample_id").loc[sample_of].set_axis(sample_of.index)
    symbols = levels.index.str.removeprefix("gene.")
    return CohortExpression(cohort.name, levels.set_axis(symbols), clinical.loc[levels.columns])
