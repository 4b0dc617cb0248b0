"""Pairs of patients whose clinical fingerprints agree, and how many would agree by chance."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.split.overlap.chance import PERMUTATIONS, matches_by_chance
from stratify.split.overlap.comparison import Comparison
from stratify.split.overlap.fields import FIELDS, NEEDED, FingerprintField, shared_fields


@dataclass(frozen=True)
class FingerprintMatches:
    """Patients of two cohorts whose fingerprints agree.

    Parameters
    ----------
    pairs : DataFrame
        One row a pair: `first`, `second` (patients), `fields`, `deviation` (largest difference as a share of its
        tolerance), `detail`.
    fields : list of str
        Columns both cohorts have.
    comparable : tuple of int
        Patients of the first and of the second cohort with enough known fields and a stratum both cohorts have.
    observed : int or None
        Patients of the second cohort with at least one match (within one cohort: patients with a match); ``None``
        where nobody is comparable.
    expected : float
        Mean of the same number when nobody is shared; NaN where not comparable.
    p_value : float
        Share of the permutations, the data counted among them, with at least as many; NaN where not comparable.
    """

    pairs: pd.DataFrame
    fields: list[str]
    comparable: tuple[int, int]
    observed: int | None
    expected: float
    p_value: float


def match_fingerprints(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    seed: int,
    within: bool = False,
    fields: Sequence[FingerprintField] = FIELDS,
    permutations: int = PERMUTATIONS,
) -> FingerprintMatches:
    r"""Find patients of two cohorts who agree on cancer type and on four numbers.

    Of each pair the first four fields known for both are compared; all must agree within their tolerances. Where one
    of the usual four is missing the next one stands in for it; with fewer than four known nothing is concluded. How
    many agree by chance is told by `matches_by_chance`; with :math:`N` patients observed and :math:`N_b` in permutation
    :math:`b` of :math:`B`, the p-value is :math:`(1 + \#\{b : N_b \ge N\}) / (1 + B)`.

    Parameters
    ----------
    first, second : DataFrame
        One row a patient, indexed by `patient_id`.
    seed
        Seed of the permutations. The result depends neither on the order of rows nor on other cohorts.
    within
        Whether both are the same cohort: pairs of different patients are compared, once each.
    fields
        Fields to choose from, in order of preference.
    permutations
        Number of permutations, :math:`B`.

    Returns
    -------
    FingerprintMatches
    """
    first, second = first.sort_index(), second.sort_index()
    shared = shared_fields(first, second, fields)
    names = [field.column for field in shared]
    comparison = Comparison.of(first, second, shared, within=within)
    if not all(comparison.comparable):
        nothing = np.zeros((2, 0), dtype=int)
        pairs = _describe(first, second, nothing, shared)
        return FingerprintMatches(pairs, names, comparison.comparable, None, np.nan, np.nan)
    candidates = comparison.candidates()
    agree = comparison.agree(candidates)
    observed = int(comparison.count(candidates, agree[np.newaxis])[0])
    chance = matches_by_chance(comparison, candidates, _generator(seed, first, second), permutations)
    pairs = _describe(first, second, candidates[:, agree], shared)
    p_value = (1 + int((chance >= observed).sum())) / (1 + permutations)
    return FingerprintMatches(pairs, names, comparison.comparable, observed, float(chance.mean()), p_value)


def _generator(seed: int, first: pd.DataFrame, second: pd.DataFrame) -> np.random.Generator:
    people = "\n".join([*first.index.astype(str), "", *second.index.astype(str)])
    return np.random.default_rng([seed, zlib.crc32(people.encode())])


def _describe(
    first: pd.DataFrame, second: pd.DataFrame, matched: np.ndarray, shared: Sequence[FingerprintField]
) -> pd.DataFrame:
    described = [_one_pair(first.iloc[row], second.iloc[column], shared) for row, column in matched.T]
    pairs = pd.DataFrame(described, columns=["first", "second", "fields", "deviation", "detail"])
    return pairs.sort_values(["first", "second"], ignore_index=True)


def _one_pair(
    one: pd.Series, other: pd.Series, shared: Sequence[FingerprintField]
) -> tuple[object, object, str, float, str]:
    used = [field for field in shared if pd.notna(one[field.column]) and pd.notna(other[field.column])][:NEEDED]
    apart = {field: abs(float(one[field.column]) - float(other[field.column])) for field in used}
    detail = ", ".join(f"{field.column} differs by {difference:.3g}" for field, difference in apart.items())
    deviation = max(difference / field.tolerance for field, difference in apart.items())
    return one.name, other.name, ", ".join(field.column for field in used), deviation, detail
