"""Say in words what a pair of cohorts shares."""

from collections.abc import Mapping

from stratify.split.overlap.fields import NEEDED
from stratify.wording import counted

EXCESS = 0.001
"""More matches than this share of permutations gives are not chance. Strict, since many pairs of cohorts are tested."""


def is_excess(row: Mapping[str, object]) -> bool:
    """Tell whether chance does not explain how many patients of two cohorts look alike.

    Parameters
    ----------
    row
        A row of `artifacts.overlap.OVERLAP_SUMMARY`.

    Returns
    -------
    bool
        Whether the p-value is below 0.001; false where nothing was comparable.
    """
    return float(row["p_value"]) < EXCESS  # type: ignore[arg-type]


def verdict(row: Mapping[str, object]) -> str:
    """Put a row of the summary into words.

    Parameters
    ----------
    row
        A row of `artifacts.overlap.OVERLAP_SUMMARY`, its verdict aside.

    Returns
    -------
    str
        Whether fingerprints agree more often than by chance, or why they could not be compared; where
        identifiers, profiles or mutations could be compared, the patients who share them; and what the dataset
        files declare.
    """
    return "; ".join([_fingerprints(row), *_others(row), *_declared(row)])


def _fingerprints(row: Mapping[str, object]) -> str:
    names = [name for name in str(row["fields"]).split(", ") if name]
    if len(names) < NEEDED:
        shared = f" ({', '.join(names)})" if names else ""
        return f"not comparable: {counted(len(names), 'field')} in common{shared}, {NEEDED} needed"
    if not (row["n_first_comparable"] and row["n_second_comparable"]):
        return f"not comparable: no patients of the same cancer type with {NEEDED} known fields"
    p_value = float(row["p_value"])  # type: ignore[arg-type]
    chance = "p < 0.001" if p_value < EXCESS else f"p = {p_value:.3f}"
    whom = "another patient" if row["first_cohort"] == row["second_cohort"] else f"a patient of {row['first_cohort']}"
    explained = "more than chance explains" if is_excess(row) else "no more than chance explains"
    return (
        f"{row['observed']} of {row['n_second_comparable']} comparable patients look like {whom}, "
        f"{row['expected']:.1f} expected by chance ({chance}): {explained}"
    )


def _others(row: Mapping[str, object]) -> list[str]:
    found = {
        "a shared identifier": row["n_identifiers"],
        "a shared omics profile": row["n_profiles"],
        "shared rare mutations": row["n_mutations"],
    }
    return [
        f"{counted(n, 'patient') if n else 'no patient'} with {what}" for what, n in found.items() if isinstance(n, int)
    ]


def _declared(row: Mapping[str, object]) -> list[str]:
    if row["first_cohort"] == row["second_cohort"]:
        return []
    shared = {"patient pool": row["shared_pool"], "study family": row["shared_family"]}
    named = " and ".join(f"one {what}" for what, yes in shared.items() if yes)
    return [f"declared as {named}: every match counts as the same person"] if named else []
