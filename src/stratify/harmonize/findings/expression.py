"""Oddities of expression: values that are not what was declared, empty samples, genes that a spreadsheet renamed.

All checks take genes in rows and measured samples in columns. Bounds follow from what the units mean:

- no part of a million is above a million, so no log2 TPM or CPM is above log2(1e6 + 1) = 19.93;
- genes that share a million have the mean 1e6 / n, which is 16 for the 60,000 genes of the largest annotations: in a
  sample of a thousand genes or more the highest is far above that, and below it only after a logarithm (of values
  without one) or a second logarithm (log2(log2(1e6 + 1) + 1) = 4.39).
"""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.config.expression import LINEAR_UNITS, LOG_UNITS
from stratify.harmonize.findings.finding import Finding, listed
from stratify.wording import counted

Values = NDArray[np.float32]
Flags = NDArray[np.bool_]

HIGHEST_LOG2 = {"log2_tpm": 20.0, "log2_cpm": 20.0, "log2_fpkm": 25.0}
"""No logarithm is higher. FPKM has no bound of its own; that of a gene of 30 bases with every read is 2^25."""

LOWEST_TOP_LINEAR = 20.0
"""A highest value below this is a logarithm, as no sample of many genes is that even."""

LOWEST_TOP_LOG2 = 4.4
"""A highest log2 below this is a logarithm of a logarithm."""

FEWEST_GENES = 1000
"""In fewer genes (a panel) the highest value may be low."""

WHOLE = 1e-3
"""A count may be this far from a whole number, for rounding."""

ROUNDED = 0.01
"""Values written with two decimals may be this far from the logarithm of the offset."""

FLOOR_SHARE = 0.01
"""A lowest value that is shared by more values than this is what zero was written as."""

CENTRED = 1e-3
CENTRED_SHARE = 0.9
FEWEST_SAMPLES = 5
"""A mean over the samples that is zero, and the share of genes with one, and of samples, that call a file centred."""

DETECTED_SHARE = 0.5
"""A sample with fewer genes than this share of what the file's samples have (their median) was hardly sequenced."""

ABOVE_A_MILLION = 1.01e6
"""Parts of a million may sum to slightly more, for rounding."""

DATE = re.compile(
    r"^(\d{1,2}[-/ ](jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*([-/ ]\d{2,4})?"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)-\d{1,2}"
    r"|\d{4}-\d{2}-\d{2}([ T].*)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})$",
    re.IGNORECASE,
)


def dated_symbols(modality: str, names: pd.Index) -> Iterator[Finding]:
    """Find gene symbols that a spreadsheet turned into dates; none is turned back, as two genes can share a date."""
    dates = [name for name in names if DATE.match(name)]
    if dates:
        detail = (
            f"{counted(len(dates), 'gene is', 'genes are')} called by a date, as spreadsheets do to MARCH1 (or MARC1), "
            f"SEPT1 and DEC1: {listed(dates)}; they keep that name, and cannot be found by their symbol"
        )
        yield Finding("symbols_turned_into_dates", "warning", len(dates), detail, modality)


def empty_samples(values: Values, unit: str) -> Flags:
    """Tell which samples hold nothing: only zeros or, in logarithms, one and the same value everywhere.

    Parameters
    ----------
    values
        float32, genes by samples, NaN where missing.
    unit
        Their unit.

    Returns
    -------
    numpy.ndarray of bool
        One per sample.
    """
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    several = np.count_nonzero(~np.isnan(values), axis=0) > 1
    return (low == high) & ((high == 0) if unit in LINEAR_UNITS else several)


def all_zero_samples(modality: str, empty: Flags, samples: pd.Index) -> Iterator[Finding]:
    """Name the samples that hold nothing; where accepted, their values become missing."""
    if empty.any():
        names = samples[empty]
        detail = f"{counted(len(names), 'sample')} without any expression: {listed(names)}; if accepted, set to missing"
        yield Finding("all_zero_samples", "error", len(names), detail, modality)


def negative_values(modality: str, values: Values, unit: str, features: pd.Index) -> Iterator[Finding]:
    """Find values below zero where the unit has none; where accepted, they become missing."""
    negative = values < 0
    if unit in LINEAR_UNITS and negative.any():
        rows = features[np.flatnonzero(negative.any(axis=1))]
        detail = (
            f"declared as {unit}, {counted(int(negative.sum()), 'value')} in {counted(len(rows), 'gene')} below zero "
            f"(lowest {np.nanmin(values):g}): {listed(rows)}; if accepted, they become missing"
        )
        yield Finding("negative_values", "error", int(negative.sum()), detail, modality)


def fractional_counts(modality: str, values: Values, unit: str, samples: pd.Index) -> Iterator[Finding]:
    """Find samples with counts that are not whole."""
    if unit != "counts":
        return
    fractional = _has_fractions(values)
    if fractional.any():
        detail = (
            f"declared as counts, {int(fractional.sum())} of {counted(len(samples), 'sample')} hold fractions: "
            f"{listed(samples[fractional])}; accept it for expected counts (RSEM, salmon), else correct `unit`"
        )
        yield Finding("fractional_counts", "error", int(fractional.sum()), detail, modality)


def other_scales(modality: str, values: Values, unit: str, samples: pd.Index) -> Iterator[Finding]:
    """Find samples on another scale than declared: linear or twice logarithmic for logarithms, logarithms for linear.

    Parameters
    ----------
    modality
        Name of the modality.
    values
        float32, genes by samples, NaN where missing.
    unit
        Their declared unit.
    samples
        Names of the samples.

    Yields
    ------
    Finding
        `looks_like_another_unit` where it is every sample, `mixed_scales` where it is some.
    """
    top = np.fmax.reduce(values, axis=0)
    many = np.count_nonzero(~np.isnan(values), axis=0) >= FEWEST_GENES
    if unit in LOG_UNITS:
        bound, low = HIGHEST_LOG2[unit], LOWEST_TOP_LOG2
        looks = {
            f"linear (a logarithm is at most {bound:g})": (top > bound) & np.isfinite(top),
            f"twice logarithmic (all below {low:g})": many & (top < low),
        }
    else:
        low = LOWEST_TOP_LINEAR
        looks = {f"logarithmic (all below {low:g})": many & (top < low) & _has_fractions(values)}
    for shown, odd in looks.items():
        if odd.any():
            name = "looks_like_another_unit" if odd.all() else "mixed_scales"
            detail = (
                f"declared as {unit}, {int(odd.sum())} of {counted(len(samples), 'sample')} look {shown}: "
                f"{listed(samples[odd])}, highest values {listed(f'{value:.4g}' for value in top[odd])}"
            )
            yield Finding(name, "error", int(odd.sum()), detail, modality)


def _has_fractions(values: Values) -> Flags:
    """Whole numbers are counts, however few reads a sample has."""
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return np.asarray((np.abs(values - np.rint(values)) > WHOLE).any(axis=0))


def centred_genes(modality: str, values: Values, unit: str) -> Iterator[Finding]:
    """Find values that were centred gene by gene over the samples, as z-scores are: no patient's value is their own."""
    present = np.count_nonzero(~np.isnan(values), axis=1)
    rows = values[(present >= FEWEST_SAMPLES) & ~np.isinf(values).any(axis=1)]
    if len(rows) == 0 or not (rows < 0).any():
        return
    mean = np.nanmean(rows, axis=1, dtype=np.float64)
    spread = np.fmax.reduce(rows, axis=1) > np.fmin.reduce(rows, axis=1)
    centred = (np.abs(mean) < CENTRED) & spread
    if spread.any() and centred.sum() > CENTRED_SHARE * spread.sum():
        detail = (
            f"declared as {unit}, {int(centred.sum()):,} of {int(spread.sum()):,} genes have the mean zero over the "
            "samples, as z-scores within a file have"
        )
        yield Finding("centred_genes", "error", int(centred.sum()), detail, modality)


def offset_mismatch(modality: str, values: Values, unit: str, offset: float | None) -> Iterator[Finding]:
    """Find a declared c of log2(x + c) that the lowest values contradict.

    Parameters
    ----------
    modality
        Name of the modality.
    values
        float32, genes by samples, NaN where missing.
    unit
        Their declared unit.
    offset
        The declared c; nothing is checked where it is ``None``.

    Yields
    ------
    Finding
        Where values are below log2(c), of which no x gives the logarithm, or where a lowest value above log2(c) is
        shared by so many that it must stand for zero.
    """
    finite = values[np.isfinite(values)]
    if unit not in LOG_UNITS or offset is None or finite.size == 0:
        return
    floor = _zero(unit, offset)
    low = float(finite.min())
    below = int((finite < floor - ROUNDED).sum())
    shared = int((finite <= low + ROUNDED / 100).sum())
    if below:
        detail = f"{below:,} values are below log2({offset:g}) = {floor:.4g}, lowest {low:.4g}; check `offset`"
        yield Finding("offset_mismatch", "error", below, f"{detail}; if accepted, they are taken for zero", modality)
    elif low > floor + ROUNDED and shared > FLOOR_SHARE * finite.size:
        detail = (
            f"{shared:,} of {finite.size:,} values are the lowest, {low:.4g} = log2({2**low:.4g}), and so stand for "
            f"zero, which with the declared offset {offset:g} would be {floor:.4g}; perhaps `offset: {2**low:.3g}`"
        )
        yield Finding("offset_mismatch", "error", shared, detail, modality)


def few_genes_detected(
    modality: str, values: Values, unit: str, offset: float | None, samples: pd.Index
) -> Iterator[Finding]:
    """Find samples in which few genes are above zero, next to the others of the file; they stay.

    Parameters
    ----------
    modality
        Name of the modality.
    values
        float32, genes by samples, NaN where missing.
    unit, offset
        As declared; nothing is checked in logarithms without an offset, whose zero is not known.
    samples
        Names of the samples.

    Yields
    ------
    Finding
    """
    if len(samples) < FEWEST_SAMPLES or (unit in LOG_UNITS and offset is None):
        return
    detected = np.count_nonzero(values > _zero(unit, offset) + ROUNDED / 100, axis=0)
    usual = float(np.median(detected))
    few = detected < DETECTED_SHARE * usual
    if few.any():
        shown = listed(f"{name} {n:,}" for name, n in zip(samples[few], detected[few], strict=True))
        detail = (
            f"{counted(int(few.sum()), 'sample')} with less than half of the {usual:,.0f} genes that a sample of the "
            f"file has above zero: {shown}"
        )
        yield Finding("few_genes_detected", "warning", int(few.sum()), detail, modality)


def _zero(unit: str, offset: float | None) -> float:
    """Say what stands for no expression."""
    if unit in LINEAR_UNITS:
        return 0.0
    return float(np.log2(offset)) if offset else -np.inf


def sums_above_a_million(modality: str, totals: NDArray[np.float64], unit: str, samples: pd.Index) -> Iterator[Finding]:
    """Find samples whose parts of a million sum to more.

    Parameters
    ----------
    modality
        Name of the modality.
    totals
        Sum of each sample's linear values.
    unit
        Their declared unit.
    samples
        Names of the samples.
    """
    above = totals > ABOVE_A_MILLION
    if unit in {"tpm", "cpm", "log2_tpm", "log2_cpm"} and above.any():
        detail = (
            f"declared as {unit}, {int(above.sum())} of {counted(len(samples), 'sample')} sum to more than a million: "
            f"{listed(samples[above])}, up to {totals.max():,.0f}; such values are FPKM, counts or not normalised"
        )
        yield Finding("sums_above_a_million", "error", int(above.sum()), detail, modality)


def genes_without_length(modality: str, absent: Flags, features: pd.Index) -> Iterator[Finding]:
    """Count genes without a length; they are left out, of the sums as well."""
    if absent.any():
        names = features[absent]
        detail = f"{len(names):,} of {len(features):,} genes have no length, left out: {listed(names)}"
        yield Finding("genes_without_length", "warning", len(names), detail, modality)


def genes_without_expression(modality: str, silent: Flags, features: pd.Index) -> Iterator[Finding]:
    """Count genes that are zero in every sample: a measurement of each sample, so they stay."""
    if silent.any():
        names = features[silent]
        detail = f"{len(names):,} of {len(features):,} genes are zero in every sample, kept: {listed(names)}"
        yield Finding("genes_without_expression", "info", len(names), detail, modality)
