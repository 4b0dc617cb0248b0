"""Two cohorts' fingerprints side by side: which pairs of patients agree, in the data and under permutation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.split.overlap.fields import NEEDED, FingerprintField
from stratify.split.overlap.strata import strata

ROUNDING = 1e-6
"""A difference may exceed its tolerance by this share of it: 3.85 - 3.80 is not 0.05 in binary."""


@dataclass(frozen=True)
class Comparison:
    """Two cohorts, or one with itself.

    Parameters
    ----------
    fields
        Shared fields, in order of preference.
    first, second : ndarray, shape (n_patients, n_fields)
        Their values, NaN where unknown.
    strata_first, strata_second : ndarray of int, shape (n_patients,)
        Only patients of one stratum are compared; -1 where unknown.
    within
        Whether both are the same cohort: pairs of different patients are compared, once each.
    """

    fields: Sequence[FingerprintField]
    first: np.ndarray
    second: np.ndarray
    strata_first: np.ndarray
    strata_second: np.ndarray
    within: bool

    @classmethod
    def of(
        cls, first: pd.DataFrame, second: pd.DataFrame, fields: Sequence[FingerprintField], *, within: bool
    ) -> "Comparison":
        """Take the values of the fields, and the strata, from two tables of patients."""
        names = [field.column for field in fields]
        one, other = (cohort[names].to_numpy("float64", na_value=np.nan) for cohort in (first, second))
        kinds = [codes.to_numpy() for codes in strata(first, second)]
        return cls(fields, one, other, kinds[0], kinds[1], within=within)

    @property
    def comparable(self) -> tuple[int, int]:
        """Count the patients of each cohort with enough known fields and a stratum that the other has too."""
        return (
            _enough(self.first, self.strata_first, self.strata_second),
            _enough(self.second, self.strata_second, self.strata_first),
        )

    @property
    def moved(self) -> np.ndarray:
        """Mark the fields that a permutation moves, together: outcomes, or the last field where there are none."""
        outcomes = np.array([field.outcome for field in self.fields])
        return outcomes if outcomes.any() else np.arange(len(self.fields)) == len(self.fields) - 1

    def candidates(self) -> np.ndarray:
        """Find the pairs that agree on everything that no permutation moves.

        Returns
        -------
        ndarray of int, shape (2, n_pairs)
            Rows of the first and of the second cohort, sorted by the second.
        """
        found = [np.zeros((2, 0), dtype=int)]
        for stratum in np.intersect1d(self.strata_first[self.strata_first >= 0], self.strata_second):
            rows, columns = np.flatnonzero(self.strata_first == stratum), np.flatnonzero(self.strata_second == stratum)
            row, column = np.nonzero(self._possible(rows, columns))
            found.append(np.stack([rows[row], columns[column]]))
        pairs = np.concatenate(found, axis=1)
        return pairs[:, np.lexsort((pairs[0], pairs[1]))]

    def _possible(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        shape = (len(rows), len(columns))
        possible = rows[:, np.newaxis] < columns if self.within else np.ones(shape, dtype=bool)
        # One of the first four, if known, is always compared; later ones only stand in.
        for position in np.flatnonzero(~self.moved[:NEEDED]).tolist():
            one, other = self.first[rows, position][:, np.newaxis], self.second[columns, position]
            possible &= _near(one, other, self.fields[position]) | np.isnan(one) | np.isnan(other)
        return possible

    def agree(self, pairs: np.ndarray, order: np.ndarray | None = None) -> np.ndarray:
        """Tell which pairs agree on the first four fields known for both.

        Parameters
        ----------
        pairs : ndarray of int, shape (2, n_pairs)
            Rows of the first and of the second cohort.
        order : ndarray of int, shape (n_permutations, n_second), optional
            Whose moved fields each patient of the second cohort is given.

        Returns
        -------
        ndarray of bool, shape (n_pairs,) or (n_permutations, n_pairs)
        """
        first, second = pairs
        shape = first.shape if order is None else (len(order), len(first))
        agree, compared = np.ones(shape, dtype=bool), np.zeros(shape, dtype="int8")
        for position, field in enumerate(self.fields):
            one, other = self.first[first, position], self.second[second, position]
            if order is not None and self.moved[position]:
                other = self.second[:, position][order[:, second]]
                one = self.first[:, position][order[:, first]] if self.within else one
            known = ~(np.isnan(one) | np.isnan(other)) & (compared < NEEDED)
            compared += known
            agree &= _near(one, other, field) | ~known
        return agree & (compared == NEEDED)

    def count(self, pairs: np.ndarray, agree: np.ndarray) -> np.ndarray:
        """Count patients with a match: of the second cohort, or within one cohort on either side.

        Parameters
        ----------
        pairs : ndarray of int, shape (2, n_pairs)
            Sorted by the second.
        agree : ndarray of bool, shape (n_permutations, n_pairs)

        Returns
        -------
        ndarray of int, shape (n_permutations,)
        """
        if not pairs.size:
            return np.zeros(len(agree), dtype=int)
        if self.within:
            return np.array([len(np.unique(pairs[:, row])) for row in agree])
        starts = np.flatnonzero(np.diff(pairs[1], prepend=-1))
        return np.logical_or.reduceat(agree, starts, axis=1).sum(axis=1)


def _near(one: np.ndarray, other: np.ndarray, field: FingerprintField) -> np.ndarray:
    return np.abs(one - other) <= field.tolerance * (1 + ROUNDING)


def _enough(values: np.ndarray, strata: np.ndarray, others: np.ndarray) -> int:
    known = (~np.isnan(values)).sum(axis=1) >= NEEDED
    return int((known & (strata >= 0) & np.isin(strata, others)).sum())
