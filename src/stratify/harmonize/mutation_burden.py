"""From mutation counts to what is declared: mutated or not, and the burden of a sample."""

import numpy as np
import pandas as pd

from stratify.config import validate
from stratify.config.dataset import Column, Modality
from stratify.errors import StratifyError
from stratify.harmonize.findings.clinical import check_columns
from stratify.harmonize.findings.finding import Finding


def in_declared_unit(counts: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Bring counts of mutations to the unit of the dataset file.

    Parameters
    ----------
    counts
        float32, genes by samples, missing as NaN.
    unit
        `present` (1 mutated, 0 not) or `mutation_count`.

    Returns
    -------
    pandas.DataFrame
        float32, same labels.
    """
    return counts.gt(0).astype("float32").where(counts.notna()) if unit == "present" else counts


def burden(counts: pd.DataFrame, megabases: float | None) -> pd.Series:
    """Add up each sample's mutations.

    Parameters
    ----------
    counts
        float32, genes by profiled samples.
    megabases
        Size of what was sequenced; where ``None``, the plain number is given.

    Returns
    -------
    pandas.Series
        float64 by sample: mutations per megabase, or mutations.
    """
    total = pd.Series(np.nansum(counts.to_numpy(), axis=0, dtype=np.float64), index=counts.columns)
    return total if megabases is None else total / megabases


def with_burden(
    clinical: pd.DataFrame, keys: pd.Series, counts: pd.DataFrame, modality: Modality
) -> tuple[pd.DataFrame, list[Finding]]:
    """Add the mutation burden to a clinical table, where the dataset file asks for it.

    Parameters
    ----------
    clinical
        The cohort's clinical table.
    keys
        Identifiers as measurements know them (index) to `sample_id`.
    counts
        Counts as the reader gives them.
    modality
        What was declared.

    Returns
    -------
    pandas.DataFrame
        With the column `clin.tmb_per_mb` or `clin.mutation_count`, null for samples that were not profiled.
    list of Finding
        Oddities of that column.

    Raises
    ------
    StratifyError
        The table has a column of that name.
    """
    mutations = modality.mutations
    if mutations is None or mutations.burden is None:
        return clinical, []
    name = f"clin.{mutations.burden}"
    if name in clinical:
        raise StratifyError(
            f"{name} comes from two places: the clinical columns and the mutations of {modality.file}; leave one out"
        )
    samples = counts.columns.str.strip()
    first = ~samples.duplicated()
    values = burden(counts, mutations.megabases)[first].set_axis(samples[first])
    of_keys = values.reindex(keys.index).set_axis(keys.to_numpy())
    column = of_keys.reindex(clinical["sample_id"])
    check: dict[str, Column] = {mutations.burden: validate(Column, "the mutations", modality.file)}
    findings = list(check_columns(column.to_frame(mutations.burden), check))
    at = next((at for at, other in enumerate(clinical) if str(other).startswith("endpoint.")), None)
    table = clinical.copy()
    table.insert(len(table.columns) if at is None else at, name, column.to_numpy())
    return table, findings
