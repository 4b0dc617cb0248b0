"""Identifiers of the source that stand in two cohorts, where that means anything."""

import re

import pandas as pd

SMALL = 999
DENSE = 10
SHORTEST = 4


def source_identifiers(patient_ids: pd.Index, dataset: str, *, arm: bool) -> pd.Series:
    """Take the source's own identifiers out of ours.

    Parameters
    ----------
    patient_ids : Index of str
        ``<dataset>:<source id>``, or ``<dataset>:<arm>:<source id>``.
    dataset
        Name of the dataset.
    arm
        Whether the dataset's identifiers hold an arm.

    Returns
    -------
    Series of str
        By `patient_id`; lower case.

    Examples
    --------
    >>> source_identifiers(pd.Index(["toy:early:ERR1"]), "toy", arm=True).tolist()
    ['err1']
    """
    written = patient_ids.to_series().str.removeprefix(f"{dataset}:")
    if arm:
        written = written.str.split(":", n=1).str[-1]
    return written.str.strip().str.casefold()


def informative(identifiers: pd.Series) -> pd.Series:
    """Keep the identifiers that two cohorts would hardly give to different people.

    Running numbers (`17`, `row_017`, `Pt17`, `01-003`) recur in every file and are no evidence: numbers that, in ids
    written alike, reach at most 999 or ten times as far as the cohort has patients, and numbers in groups without a
    letter. Nor is anything under four characters. What remains are accessions, registry numbers and the like.

    Parameters
    ----------
    identifiers : Series of str
        All source identifiers of one cohort.

    Returns
    -------
    Series of str
        Some of them.

    Examples
    --------
    >>> informative(pd.Series(["1", "2"])).tolist(), informative(pd.Series(["err2208887", "err2208896"])).tolist()
    ([], ['err2208887', 'err2208896'])
    """
    digits = identifiers.str.replace(r"\D", "", regex=True)
    # As float: identifiers may have more digits than an integer holds.
    numbers = pd.to_numeric(digits.where(digits != ""), errors="coerce").astype("float64")
    written = identifiers.map(lambda identifier: re.sub(r"\d+", "#", identifier))
    by_form = numbers.groupby(written)
    reach, members = by_form.transform("max"), by_form.transform("size")
    running = reach <= (DENSE * members).clip(lower=SMALL)
    groups = written.str.count("#").gt(1) & ~written.str.contains("[^\\W\\d_]", regex=True)
    return identifiers[~running & ~groups & identifiers.str.len().ge(SHORTEST)]


def shared_identifiers(first: pd.Series, second: pd.Series) -> pd.DataFrame | None:
    """List patients of two cohorts whom the source calls alike.

    Parameters
    ----------
    first, second : Series of str
        Source identifiers by `patient_id`.

    Returns
    -------
    DataFrame or None
        Columns `first`, `second`, `fields`, `deviation` (null), `detail`; ``None`` where one cohort has only
        uninformative identifiers, so that nothing can be concluded.
    """
    one, other = informative(first), informative(second)
    if one.empty or other.empty:
        return None
    sides = [pd.DataFrame({side: ids.index, "id": ids.array}) for side, ids in (("first", one), ("second", other))]
    pairs = sides[0].merge(sides[1], on="id").sort_values(["first", "second"], ignore_index=True)
    pairs["detail"] = "both are called " + pairs["id"] + " in their source"
    return pairs.assign(fields="source identifier", deviation=float("nan")).drop(columns="id")
