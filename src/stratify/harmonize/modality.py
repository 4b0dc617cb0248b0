"""A cohort's table of one kind of measurement, in our names and orientation."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.config.dataset import Modality
from stratify.config.expression import LINEAR_UNITS
from stratify.errors import StratifyError
from stratify.harmonize.expression import GeneTables, harmonize_expression
from stratify.harmonize.findings import expression as expression_checks
from stratify.harmonize.findings import measurements as checks
from stratify.harmonize.findings.finding import Finding, listed
from stratify.harmonize.findings.identity import stripped_names
from stratify.harmonize.findings.order import sorted_by_value
from stratify.harmonize.identifiers import number_rows
from stratify.wording import counted

NO_TABLES = GeneTables()


@dataclass(frozen=True)
class HarmonizedModality:
    """Measurements and what was odd about them.

    Parameters
    ----------
    table
        As `stratify.artifacts.harmonize.MODALITY`.
    findings
        In the order of the checks.
    """

    table: pd.DataFrame
    findings: list[Finding]


def harmonize_modality(
    raw: pd.DataFrame,
    modality: Modality,
    name: str,
    keys: pd.Series,
    dataset: str,
    *,
    tables: GeneTables = NO_TABLES,
) -> HarmonizedModality:
    """Bring measurements to one orientation, unit and naming, joined to the clinical table by key.

    Parameters
    ----------
    raw
        float32 in the file's orientation, labelled on both sides.
    modality
        What it is.
    name
        Name of the modality.
    keys
        Identifiers as measurements know them (index) to `sample_id`.
    dataset
        Name of the dataset, for messages.
    tables
        The gene tables that the modality asks for.

    Returns
    -------
    HarmonizedModality
        Features in rows, in the file's order; samples in the clinical table's order, those that were not measured
        with missing values. A repeated feature or sample keeps its first values. Constant features are null, but for
        mutations and genes that are zero in every sample: those stay, so that a sample's values are the same in any
        company.

    Raises
    ------
    StratifyError
        No measured sample is in the clinical table, a key stands for two samples, or no gene is in a gene table.
    """
    where = f"{dataset}: {modality.file}"
    known = _unique_keys(keys, where)
    measured = _oriented(raw, modality, where)
    _refuse_strangers(measured.columns, known.index, where)
    written = raw.index if modality.orientation == "samples_by_features" else raw.columns
    findings = [*stripped_names(written.astype("str"), name), *_identity_findings(name, measured, known.index)]
    measured = measured.loc[~measured.index.duplicated(), ~measured.columns.duplicated()]
    findings += sorted_by_value(name, measured.loc[:, measured.columns.isin(known.index)])
    measured = measured.reindex(columns=known.index)
    if modality.namespace in {"gene", "mut"}:
        findings += expression_checks.dated_symbols(name, measured.index.str.removeprefix(f"{modality.namespace}."))
    measured, found = harmonize_expression(measured, modality, name, tables, where)
    findings += found
    values = measured.to_numpy(dtype=np.float32, copy=True)
    findings += _mask_odd_values(
        name,
        values,
        measured.index,
        zero_is_expression=_zero_is_expression(modality),
        mutations=modality.mutations is not None,
    )
    table = pd.DataFrame(values, columns=pd.Index(known.to_numpy(), dtype="str"), copy=False)
    table.insert(0, "feature", measured.index)
    return HarmonizedModality(table, findings)


def _oriented(raw: pd.DataFrame, modality: Modality, where: str) -> pd.DataFrame:
    """Put features in rows, with stripped labels; numbered rows get the identifiers of the clinical table's rows."""
    if modality.orientation == "samples_by_features":
        raw = raw.T
        if modality.id is None and not modality.index_column:
            raw = raw.set_axis(pd.Index(number_rows(raw.shape[1]), dtype="str"), axis="columns")
    features, samples = (pd.Index(labels, name=None, dtype="str").str.strip() for labels in (raw.index, raw.columns))
    for labels, what in ((features, "feature"), (samples, "sample")):
        nameless = labels.isna() | (labels == "")
        if nameless.any():
            first = int(np.flatnonzero(nameless)[0]) + 1
            raise StratifyError(
                f"{where}: {counted(int(nameless.sum()), what)} without a name, the first at number {first:,} of "
                f"{len(labels):,}; name it in the file, or pick the measured columns with `columns:`"
            )
    return raw.set_axis(modality.namespace + "." + features, axis="index").set_axis(samples, axis="columns")


def _unique_keys(keys: pd.Series, where: str) -> pd.Series:
    repeated = keys.index[keys.index.duplicated()]
    if len(repeated):
        raise StratifyError(
            f"{where}: identifiers repeat between arms, so measurements cannot be told apart: {listed(repeated)}; "
            "measurements need an identifier of their own, given as the clinical table's `sample:`"
        )
    return keys


def _refuse_strangers(measured: pd.Index, known: pd.Index, where: str) -> None:
    if not measured.isin(known).any():
        raise StratifyError(
            f"{where}: no measured sample is in the clinical table: measured {listed(measured)}; "
            f"clinical {listed(known)}; check `id`, `sample` and `orientation`"
        )


def _identity_findings(name: str, measured: pd.DataFrame, known: pd.Index) -> Iterator[Finding]:
    yield from checks.duplicate_features(name, measured.index)
    yield from checks.duplicate_measurements(name, measured.columns)
    yield from checks.samples_without_measurements(name, known, measured.columns)
    yield from checks.measurements_without_clinical_row(name, known, measured.columns)


def _zero_is_expression(modality: Modality) -> bool:
    """Tell whether a zero of the harmonized table is a measurement: that the gene was not expressed."""
    return modality.to is not None or modality.unit in LINEAR_UNITS


def _mask_odd_values(
    name: str, values: np.ndarray, features: pd.Index, *, zero_is_expression: bool, mutations: bool
) -> list[Finding]:
    """Set infinite and constant measurements to missing, in place, and say so."""
    findings = [*checks.non_finite_values(name, values, features)]
    values[np.isinf(values)] = np.nan
    findings += checks.all_missing_features(name, values, features)
    if mutations:
        return findings  # 0 says that it was looked for; null would say that it was not
    constant = checks.constant_rows(values)
    if zero_is_expression:
        silent = constant & (np.fmax.reduce(values, axis=1) == 0)
        findings += expression_checks.genes_without_expression(name, silent, features)
        constant &= ~silent
    findings += checks.constant_features(name, constant, features)
    values[constant] = np.nan
    return findings
