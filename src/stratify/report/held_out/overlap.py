"""The overlap audit: which cohorts share people, and who was set apart for it."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import ABSENT, count, number, p_value
from stratify.report.privacy import hide_ids
from stratify.split.overlap.fields import FIELDS, NEEDED, STRATUM, FingerprintField
from stratify.split.overlap.verdict import EXCESS
from stratify.wording import counted

UNITS = {
    "_per_mb": " per megabase",
    "_k_per_ul": " thousand per µl",
    "_kg_per_m2": " kg/m²",
    "_g_per_dl": " g/dl",
    "_years": " years",
    "_days": " days",
    "_percent": " percent",
}
"""Words of a unit by the ending of a column's name."""

ABBREVIATIONS = {"tmb", "pfs", "os", "bmi", "cna", "hla"}


@dataclass(frozen=True)
class OverlapRow:
    """One pair of cohorts, or a cohort with itself."""

    first: str
    second: str
    comparable: str
    """Patients of the second cohort who can be compared."""

    observed: str
    expected: str
    p_value: str
    shares: str
    verdict: str


def overlap_rows(view: HeldOutView) -> list[OverlapRow]:
    """List the pairs of cohorts that share something, or look as if they did.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of OverlapRow
        Pairs of one patient pool or study family, and pairs with more matches than chance explains or with a shared
        identifier, profile or rare mutations; in the order of the study. Free of identifiers of patients.
    """
    rows = view.results.overlap_summary
    ids = view.results.patient_ids
    return [_row(row, ids) for row in rows[_telling(rows)].to_dict("records")]


def _telling(rows: pd.DataFrame) -> pd.Series:
    different = rows["first_cohort"] != rows["second_cohort"]
    shared = (rows["shared_pool"].astype(bool) | rows["shared_family"].astype(bool)) & different
    same = rows[["n_identifiers", "n_profiles", "n_mutations"]].fillna(0).gt(0).any(axis="columns")
    return shared | is_excess(rows) | same.astype(bool)


def is_excess(rows: pd.DataFrame) -> pd.Series:
    """Tell which pairs of cohorts have more matches than chance explains, by the audit's own limit."""
    return rows["p_value"].lt(EXCESS).fillna(value=False).astype(bool)


def unremarkable(view: HeldOutView) -> tuple[int, int]:
    """Count the other pairs of cohorts: those with no more matches than chance gives, and those not comparable.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    (int, int)
        Pairs of different cohorts, and cohorts with themselves, that `overlap_rows` leaves out.
    """
    rows = view.results.overlap_summary
    others = rows[~_telling(rows)]
    blind = others["observed"].isna() | others["p_value"].isna()
    return int((~blind).sum()), int(blind.sum())


def consequence(view: HeldOutView) -> str:
    """Say who was set apart for what the audit found.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    str
        A sentence or two.
    """
    rule = (
        "A held-out patient who looks like a training patient of the same patient pool or study family is set apart: "
        "judged like the others, but outside the headline."
    )
    apart = [f"{counted(one.duplicates, 'patient')} of {one.name}" for one in view.cohorts if one.duplicates]
    return f"{rule} That is nobody here." if not apart else f"{rule} Here these are {', '.join(apart)}."


def _row(row: dict[Hashable, Any], ids: set[str]) -> OverlapRow:
    shares = [word for word, key in (("pool", "shared_pool"), ("study family", "shared_family")) if row[key]]
    itself = row["first_cohort"] == row["second_cohort"]
    return OverlapRow(
        first="itself" if itself else str(row["first_cohort"]),
        second=str(row["second_cohort"]),
        comparable=f"{count(row['n_second_comparable'])} of {count(row['n_second'])}",
        observed=count(row["observed"]),
        expected=number(row["expected"], 1),
        p_value="<0.001" if row["p_value"] < EXCESS else p_value(row["p_value"]),
        shares=ABSENT if itself or not shares else ", ".join(shares),
        verdict=hide_ids(str(row["verdict"]), ids),
    )


def rule_words(fields: tuple[FingerprintField, ...] = FIELDS) -> str:
    """Say what makes two records look like one person.

    Parameters
    ----------
    fields
        Fields of the fingerprint, in order of preference.

    Returns
    -------
    str
        A sentence.
    """
    named = "; ".join(_field_words(field) for field in fields)
    return (
        f"Two records look like one person where {_plain_name(STRATUM)} is the same and the first {NEEDED} fields "
        f"known for both agree, in this order: {named}."
    )


def _field_words(field: FingerprintField) -> str:
    name = field.column.split(".", 1)[-1]
    ending = next((ending for ending in UNITS if name.endswith(ending)), "")
    return f"{_plain_name(name.removesuffix(ending))} ± {field.tolerance:.2g}{UNITS.get(ending, '')}"


def _plain_name(column: str) -> str:
    words = column.split(".", 1)[-1].split("_")
    return " ".join(word.upper() if word in ABBREVIATIONS else word for word in words)


def pairs_between(view: HeldOutView) -> int:
    """Count the pairs of patients in two held-out cohorts, of one pool or family, who look like one person.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    int
        Whether or not one of them was set apart for another reason.
    """
    names = [one.name for one in view.cohorts]
    rows = view.results.overlap_summary
    both = rows["first_cohort"].isin(names) & rows["second_cohort"].isin(names)
    apart = rows["first_cohort"].ne(rows["second_cohort"]) & (rows["shared_pool"] | rows["shared_family"])
    return int(rows.loc[both & apart, "pairs"].fillna(0).sum())
