"""Which fields make a clinical fingerprint, and how far one person's values may differ between two files."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from stratify.harmonize.units import DAYS_PER_MONTH

NEEDED = 4
"""Fields that must be known for both patients of a pair, and agree."""

DISTINCT = 10
"""A field with fewer different values in a cohort tells too few people apart."""

STRATUM = "clin.cancer_type"
"""Must be the same in both files where both have it; chance is reckoned within it."""


@dataclass(frozen=True)
class FingerprintField:
    """A field of the clinical fingerprint.

    Parameters
    ----------
    column
        Column of a cohort's clinical table.
    tolerance
        Largest difference between two records of one person, in the column's unit.
    outcome
        Whether it is known only after treatment began. An audit may look at outcomes; no model ever does.
    """

    column: str
    tolerance: float
    outcome: bool = False


FIELDS = (
    FingerprintField("clin.tmb_per_mb", 0.1),
    FingerprintField("clin.albumin_g_per_dl", 0.05),
    FingerprintField("clin.age_years", 1.0),
    FingerprintField("endpoint.pfs_days", 0.25 * DAYS_PER_MONTH, outcome=True),
    FingerprintField("endpoint.os_days", 0.25 * DAYS_PER_MONTH, outcome=True),
    FingerprintField("clin.platelets_k_per_ul", 2.0),
    FingerprintField("clin.hemoglobin_g_per_dl", 0.1),
    FingerprintField("clin.bmi_kg_per_m2", 0.2),
    FingerprintField("clin.cna_percent", 0.5),
    FingerprintField("clin.hla_divergence", 0.05),
)
"""In order of preference: of each pair of patients the first four known for both are compared. The tolerances cover
rounding, ages counted to different dates, and a week between two dates of the same event. Ratios that hospitals
define differently (neutrophils to lymphocytes) are not listed."""


def shared_fields(
    first: pd.DataFrame, second: pd.DataFrame, fields: Sequence[FingerprintField] = FIELDS
) -> list[FingerprintField]:
    """List the fields that tell patients apart in both cohorts.

    Parameters
    ----------
    first, second : DataFrame
        One row a patient.
    fields
        Fields to choose from.

    Returns
    -------
    list of FingerprintField
        In the given order: numeric in both, known for at least half of the patients of each, with at least ten
        different values in each. A constant the source's authors filled in is none of these.
    """
    return [field for field in fields if all(_tells_apart(cohort, field.column) for cohort in (first, second))]


def _tells_apart(cohort: pd.DataFrame, column: str) -> bool:
    if column not in cohort or not pd.api.types.is_numeric_dtype(cohort[column]):
        return False
    known = cohort[column].dropna()
    return known.nunique() >= DISTINCT and 2 * len(known) >= len(cohort)
