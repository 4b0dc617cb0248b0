"""The rows of one cohort, in a file that holds several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from stratify.config.dataset import Clinical, Modality, Scalar
from stratify.errors import StratifyError, nearest
from stratify.harmonize.findings.finding import Finding
from stratify.harmonize.readers.grid import column_of
from stratify.harmonize.values import matches


@dataclass(frozen=True)
class CohortRows:
    """Rows of this cohort, and who the others are.

    Parameters
    ----------
    raw
        The table as text, this cohort's rows in the order of the file.
    others
        Identifiers, as measurements know them, of the samples of other cohorts.
    findings
        How many rows were left out.
    """

    raw: pd.DataFrame
    others: pd.Index
    findings: list[Finding]


def rows_of_cohort(raw: pd.DataFrame, clinical: Clinical, where: str) -> CohortRows:
    """Keep the rows that the dataset file declares to be this cohort's.

    Parameters
    ----------
    raw
        The table as text, one row a sample, missing as null.
    clinical
        Whose `rows` give the values of this cohort by column; without them every row is kept.
    where
        The file, for messages.

    Returns
    -------
    CohortRows

    Raises
    ------
    StratifyError
        A column or a value is not in the file, or no row has all of the values.
    """
    if not clinical.rows:
        return CohortRows(raw, pd.Index([], dtype="str"), [])
    kept = _chosen(raw, clinical.rows, where)
    written = column_of(raw, clinical.sample or clinical.id, where) if clinical.id else raw.index.to_series()
    keys = written.astype("str").str.strip()
    others = pd.Index(keys[~kept].dropna().unique(), name=None).difference(pd.Index(keys[kept]))
    detail = f"{int((~kept).sum()):,} of {len(raw):,} rows are of other cohorts ({', '.join(clinical.rows)})"
    found = [Finding("rows_of_other_cohorts", "info", int((~kept).sum()), detail)] if not kept.all() else []
    return CohortRows(raw[kept], others, found)


def _chosen(raw: pd.DataFrame, rows: Mapping[str, Sequence[Scalar]], where: str) -> pd.Series:
    """Tell which rows have one of the values in every column."""
    kept = pd.Series(True, index=raw.index)
    for column, values in rows.items():
        text = column_of(raw, column, where).str.strip()
        present = list(text.dropna().unique())
        absent = [value for value in values if not any(matches(other, value) for other in present)]
        if absent:
            raise StratifyError(
                f"{where}: `rows` asks for {column} {absent[0]!r}, which no row has; {nearest(str(absent[0]), present)}"
            )
        kept &= text.isin([other for other in present if any(matches(other, value) for value in values)])
    if not kept.any():
        shown = " and ".join(f"{column} in {list(values)}" for column, values in rows.items())
        raise StratifyError(f"{where}: `rows` leaves no row: none has {shown}")
    return kept


def without_samples(measured: pd.DataFrame, modality: Modality, others: pd.Index) -> pd.DataFrame:
    """Leave out measurements of samples of other cohorts.

    Parameters
    ----------
    measured
        In the file's orientation, labelled on both sides.
    modality
        What it is.
    others
        Identifiers of the samples to leave out.

    Returns
    -------
    pandas.DataFrame
    """
    if others.empty:
        return measured
    by_sample = modality.orientation == "samples_by_features"
    names = (measured.index if by_sample else measured.columns).astype("str").str.strip()
    kept = ~names.isin(others)
    return measured.loc[kept] if by_sample else measured.loc[:, kept]
