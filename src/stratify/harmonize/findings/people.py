"""Oddities of who is behind the samples: one person under several names, several under one."""

from collections.abc import Iterator

import pandas as pd

from stratify.artifacts.harmonize import BASELINE
from stratify.harmonize.findings.clinical import is_constant
from stratify.harmonize.findings.finding import Finding, listed
from stratify.wording import counted

LAST_PART = r"^(.*[^\W_])[\W_]+[^\W_]+$"
"""An identifier up to its last part: `Pt003-ar` of `Pt003-ar-228`."""

FEWEST_VARYING = 4
"""With fewer columns that differ between patients, two people can agree in all of them by chance."""

LASTING = ("sex", "cancer_type")
"""What does not change between the samples of one person, besides outcomes."""


def check_people(
    ids: pd.DataFrame, characteristics: pd.DataFrame, endpoints: pd.DataFrame, timepoints: pd.Series
) -> Iterator[Finding]:
    """Run every check of who is behind the samples.

    Parameters
    ----------
    ids
        As from `stratify.harmonize.identifiers.identify`.
    characteristics, endpoints
        Columns in our names without namespace, one row a sample, in the order of `ids`.
    timepoints
        When each sample was taken.

    Yields
    ------
    Finding
    """
    values = pd.concat([characteristics, endpoints], axis="columns").reset_index(drop=True)
    patients = ids["patient_id"].reset_index(drop=True)
    lasting = [name for name in values if name in endpoints or name in LASTING]
    repeated = ids["sample_id"].duplicated(keep=False).to_numpy()
    judged = (timepoints == BASELINE).to_numpy() & ~repeated  # a sample that stands twice is a finding of its own
    yield from patient_contradicts_itself(patients[judged], values.loc[judged, lasting])
    yield from perhaps_one_patient(patients, values)


def patient_contradicts_itself(patients: pd.Series, values: pd.DataFrame) -> Iterator[Finding]:
    """Find baseline samples of one patient that differ in sex or outcome: different people under one identifier.

    Parameters
    ----------
    patients
        `patient_id` of each baseline sample.
    values
        What one person has once only; same rows.

    Yields
    ------
    Finding
    """
    several = patients.duplicated(keep=False)
    if not several.any() or values.empty:
        return
    differs = values[several].groupby(patients[several]).nunique().gt(1)
    wrong = differs.index[differs.any(axis="columns")]
    if len(wrong):
        columns = ", ".join(differs.columns[differs.any()][:4])
        detail = (
            f"{counted(len(wrong), 'patient')} with several baseline samples that differ in {columns}: "
            f"{listed(wrong)}: different people under one identifier? `arm` or another `id` tells them apart"
        )
        yield Finding("patient_contradicts_itself", "error", len(wrong), detail)


def perhaps_one_patient(patients: pd.Series, values: pd.DataFrame) -> Iterator[Finding]:
    """Find patients whose identifiers differ in the last part only and who agree in every column.

    Parameters
    ----------
    patients
        `patient_id` of each sample.
    values
        Characteristics and outcomes; same rows.

    Yields
    ------
    Finding
    """
    varying = values.loc[:, [name for name in values if not is_constant(values[name])]]
    varying = varying.dropna(axis="columns", how="all")
    stems = patients.str.extract(LAST_PART)[0]
    if varying.shape[1] < FEWEST_VARYING or stems.isna().all():
        return
    people = patients.groupby(stems).nunique()
    agreeing = varying.groupby(stems).nunique(dropna=False).le(1).all(axis="columns")
    found = people.index[(people > 1) & agreeing]
    if len(found):
        n = int(people[found].sum())
        detail = (
            f"{n} identifiers, {counted(len(found), 'stem')} without their last part, with the same value in all "
            f"{varying.shape[1]} columns that vary: {listed(found)}: samples of one person, counted as several?"
        )
        yield Finding("perhaps_one_patient", "warning", n, detail)
