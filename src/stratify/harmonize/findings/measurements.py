"""Oddities of a table of measurements. All checks take features in rows and samples in columns."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from stratify.harmonize.findings.finding import Finding, listed
from stratify.wording import counted


def duplicate_features(modality: str, features: pd.Index) -> Iterator[Finding]:
    """Find features that stand in several rows; they are never summed: where accepted, the first is kept."""
    repeated = features[features.duplicated(keep=False)]
    if len(repeated):
        detail = (
            f"{counted(repeated.nunique(), 'feature')} in {len(repeated)} rows: {listed(repeated.unique())}; "
            "if accepted, the first row of each is kept"
        )
        yield Finding("duplicate_features", "error", len(repeated), detail, modality)


def duplicate_measurements(modality: str, keys: pd.Index) -> Iterator[Finding]:
    """Find samples that were measured several times; where accepted, the first is kept."""
    repeated = keys[keys.duplicated(keep=False)]
    if len(repeated):
        detail = (
            f"{counted(repeated.nunique(), 'sample')} in {len(repeated)} columns of measurements: "
            f"{listed(repeated.unique())}; if accepted, the first of each is kept"
        )
        yield Finding("duplicate_measurements", "error", len(repeated), detail, modality)


def samples_without_measurements(modality: str, clinical: pd.Index, measured: pd.Index) -> Iterator[Finding]:
    """Find clinical samples that were not measured; they stay, with missing measurements."""
    absent = clinical[~clinical.isin(measured)]
    if len(absent):
        detail = f"{len(absent)} of {len(clinical)} samples of the clinical table were not measured: {listed(absent)}"
        yield Finding("samples_without_measurements", "warning", len(absent), detail, modality)


def measurements_without_clinical_row(modality: str, clinical: pd.Index, measured: pd.Index) -> Iterator[Finding]:
    """Find measured samples without a clinical row; they are left out."""
    absent = measured[~measured.isin(clinical)]
    if len(absent):
        detail = f"{len(absent)} of {len(measured)} measured samples have no clinical row, left out: {listed(absent)}"
        yield Finding("measurements_without_clinical_row", "warning", len(absent), detail, modality)


def non_finite_values(modality: str, values: np.ndarray, features: pd.Index) -> Iterator[Finding]:
    """Find infinite measurements (the logarithm of zero, a division by zero)."""
    infinite = np.isinf(values)
    if infinite.any():
        rows = features[infinite.any(axis=1)]
        detail = f"infinite values in {counted(len(rows), 'feature')}: {listed(rows)}; if accepted, they become missing"
        yield Finding("non_finite_values", "error", int(infinite.sum()), detail, modality)


def constant_rows(values: np.ndarray) -> np.ndarray:
    """Tell which features have at least two values, all equal.

    Parameters
    ----------
    values
        float32, features by samples, NaN where missing.

    Returns
    -------
    numpy.ndarray of bool
        One per feature.
    """
    missing = np.isnan(values)
    lowest = np.where(missing, np.inf, values).min(axis=1, initial=np.inf)
    highest = np.where(missing, -np.inf, values).max(axis=1, initial=-np.inf)
    return (lowest == highest) & ((~missing).sum(axis=1) > 1)


def constant_features(modality: str, constant: np.ndarray, features: pd.Index) -> Iterator[Finding]:
    """Count features with the same value in every sample, in one row; their values become missing."""
    if constant.any():
        names = features[constant]
        detail = f"{len(names):,} of {len(features):,} features are constant, set to missing: {listed(names)}"
        yield Finding("constant_features", "warning", len(names), detail, modality)


def all_missing_features(modality: str, values: np.ndarray, features: pd.Index) -> Iterator[Finding]:
    """Count features without any value, in one row; where none has one, the table says nothing."""
    empty = np.isnan(values).all(axis=1)
    if empty.any():
        names = features[empty]
        detail = f"{len(names):,} of {len(features):,} features have no value: {listed(names)}"
        yield Finding("all_missing_features", "error" if empty.all() else "warning", len(names), detail, modality)
