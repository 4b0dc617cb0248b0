"""The held-out predictions of one cohort, aligned: the same patients in the same order for every model."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.artifacts.split import DUPLICATE
from stratify.errors import StratifyError
from stratify.evaluate.intervals import DRAWS, resample

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Bools = NDArray[np.bool_]

CROSS_VALIDATED = "cv"
INTERNAL = "internal"
HELD_OUT = [INTERNAL, "external"]
"""Roles of cohorts of which no patient was in a training part."""


@dataclass(frozen=True)
class Predictor:
    """What one model or comparator says of a cohort's patients."""

    name: str
    """Name of the model."""

    score: Floats
    """Shape (n_repeats, n), one repeat for a fixed score; NaN where the patient cannot be scored."""

    probability: Floats
    """Shape as `score`; NaN throughout for scores that are not probabilities."""

    fixed: bool
    """Learned nothing, so that every patient is held out: a published biomarker or formula."""

    @property
    def scorable(self) -> Bools:
        """Shape (n,): patients with a score in every repetition."""
        return np.asarray(np.isfinite(self.score).all(axis=0))

    @property
    def has_probability(self) -> bool:
        """Every patient with a score has a probability."""
        return bool(np.isfinite(self.probability[:, self.scorable]).all() and self.scorable.any())


@dataclass(frozen=True)
class Cohort:
    """One cohort's patients, folds, bootstrap draws, and what every model says of them."""

    name: str
    """The data set."""

    patients: pd.Index
    """Shape (n,): `patient_id`, sorted."""

    y: Labels
    """Shape (n,): 1 for the positive class."""

    fold: Labels
    """Shape (n_repeats, n): the fold in which a patient was held out."""

    weights: Floats
    """Shape (1 + draws, n), from `resample`: the same draws for every model, repetition and fold."""

    predictors: dict[str, Predictor]
    """By name."""

    role: str = CROSS_VALIDATED
    """How the patients were held out: `cv`, or as a whole cohort: `internal`, `external`."""

    duplicate: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Shape (n,): patients who look like a training patient; empty where that was not asked."""

    pool: str = ""
    """The patient pool (a hospital); empty where that was not asked."""

    @property
    def held_out(self) -> bool:
        """No patient of the cohort was in a training part: one repetition, one fold."""
        return self.role != CROSS_VALIDATED

    @property
    def has_both_classes(self) -> bool:
        """Without both, resampling the patients says nothing of how often the other class comes."""
        return bool(self.y.size and np.ptp(self.y) > 0)

    def only(self, keep: Bools) -> "Cohort":
        """Restrict everything to some patients; the draws stay the same.

        Parameters
        ----------
        keep : array of bool, shape (n,)

        Returns
        -------
        Cohort
        """
        if keep.all():
            return self
        predictors = {
            name: replace(one, score=one.score[:, keep], probability=one.probability[:, keep])
            for name, one in self.predictors.items()
        }
        return replace(
            self,
            patients=self.patients[keep],
            y=self.y[keep],
            fold=self.fold[:, keep],
            weights=self.weights[:, keep],
            predictors=predictors,
            duplicate=self.duplicate[keep] if self.duplicate.size else self.duplicate,
        )


def cohorts_of(
    predictions: pd.DataFrame,
    splits: pd.DataFrame | None = None,
    pools: Mapping[str, str] = MappingProxyType({}),
    *,
    seed: int,
    draws: int = DRAWS,
) -> list[Cohort]:
    """Align the predictions of each cohort: cross-validated, or held out as a whole.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract of all models and comparators; rows of role `train` are not used.
    splits : DataFrame, optional
        Rows of the `splits` contract: role `duplicate`, in any split, marks patients who look like a training patient.
    pools
        Patient pool by cohort; a cohort that is not listed is a pool of its own.
    seed
        Seed of the bootstrap draws.
    draws
        Number of bootstrap draws.

    Returns
    -------
    list of Cohort
        By role (`cv`, `internal`, `external`), then by name.

    Raises
    ------
    StratifyError
        A model misses patients, has them twice, or was held out in other folds than the others.
    """
    rows = predictions[predictions["role"] == CROSS_VALIDATED]
    cohorts = [_cross_validated(str(name), part, seed, draws) for name, part in rows.groupby("cohort", sort=True)]
    duplicates = set() if splits is None else set(splits.loc[splits["role"] == DUPLICATE, "patient_id"])
    for role in HELD_OUT:
        rows = predictions[predictions["role"] == role]
        for name, part in rows.groupby("cohort", sort=True):
            cohort = _held_out(str(name), part, seed, draws)
            twins = np.asarray(cohort.patients.isin(duplicates))
            cohorts.append(replace(cohort, role=role, duplicate=twins, pool=pools.get(cohort.name, "")))
    return cohorts


def _truth(name: str, rows: pd.DataFrame) -> pd.Series:
    """Give the class of each patient, sorted by patient."""
    truth = rows.groupby("patient_id", sort=True)["y"].agg(["min", "max"])
    if (truth["min"] != truth["max"]).any():
        offenders = truth.index[truth["min"] != truth["max"]]
        raise StratifyError(
            f"predictions of cohort {name}: models disagree on the class of {len(offenders)} patients "
            f"({', '.join(offenders[:3])}); refit all models of the study"
        )
    return truth["min"].astype(np.int64)


def _cross_validated(name: str, rows: pd.DataFrame, seed: int, draws: int) -> Cohort:
    truth = _truth(name, rows)
    fixed = rows[rows["repeat"].isna()]
    learned = rows[rows["repeat"].notna()]
    if learned.empty:
        raise StratifyError(f"predictions of cohort {name}: no cross-validated model; expected at least 'prevalence'")
    folds = _folds(name, learned, truth.index)
    predictors = [_learned(model, part, truth.index, folds) for model, part in learned.groupby("model", sort=False)]
    predictors += [_fixed(model, part, truth.index) for model, part in fixed.groupby("model", sort=False)]
    return Cohort(
        name=name,
        patients=truth.index,
        y=truth.to_numpy(),
        fold=np.vstack([pd.factorize(row, sort=True)[0] for row in folds.to_numpy()]),
        weights=resample(len(truth), seed, draws),
        predictors={one.name: one for one in predictors},
    )


def _held_out(name: str, rows: pd.DataFrame, seed: int, draws: int) -> Cohort:
    """Lay out a cohort in which each model has one row a patient, whatever its split is called."""
    truth = _truth(name, rows)
    predictors = [_single(model, part, truth.index) for model, part in rows.groupby("model", sort=False)]
    return Cohort(
        name=name,
        patients=truth.index,
        y=truth.to_numpy(),
        fold=np.zeros((1, len(truth)), dtype=np.int64),
        weights=resample(len(truth), seed_of(name, seed), draws),
        predictors={one.name: one for one in predictors},
    )


def seed_of(cohort: str, seed: int) -> list[int]:
    """Give a cohort its own seed, so that its draws are independent of those of other cohorts.

    Parameters
    ----------
    cohort
        The data set.
    seed
        Seed of the study.

    Returns
    -------
    list of int
        For `numpy.random.default_rng`; the same in every process.
    """
    return [seed, zlib.crc32(cohort.encode())]


def _single(model: object, rows: pd.DataFrame, patients: pd.Index) -> Predictor:
    if len(rows) != len(patients) or rows["patient_id"].duplicated().any():
        raise StratifyError(
            f"predictions of {model}: {len(rows)} rows in held-out cohort {rows['cohort'].iloc[0]}, expected each of "
            f"its {len(patients)} patients once; a patient without a score keeps a row with a null score"
        )
    return Predictor(str(model), *_one_row(rows, patients), fixed=bool(rows["split"].isna().all()))


def _folds(name: str, learned: pd.DataFrame, patients: pd.Index) -> pd.DataFrame:
    """Lay out the split in which each patient was held out: one row a repetition, one column a patient."""
    unique = learned[["repeat", "patient_id", "split"]].drop_duplicates()
    if unique.duplicated(["repeat", "patient_id"]).any():
        raise StratifyError(f"predictions of cohort {name}: models were held out in different folds; refit them all")
    return _wide(unique, "split").reindex(columns=patients)


def _learned(model: object, rows: pd.DataFrame, patients: pd.Index, folds: pd.DataFrame) -> Predictor:
    if len(rows) != folds.size or rows.duplicated(["repeat", "patient_id"]).any():
        raise StratifyError(
            f"predictions of {model}: {len(rows)} rows, expected each of {len(patients)} patients once in each of "
            f"{len(folds)} repetitions; a patient without a score keeps a row with a null score"
        )
    score, probability = (_layout(rows, column, folds) for column in ("score", "probability"))
    return Predictor(str(model), score, probability, fixed=False)


def _layout(rows: pd.DataFrame, column: str, folds: pd.DataFrame) -> Floats:
    return _wide(rows, column).reindex(index=folds.index, columns=folds.columns).to_numpy(dtype=float)


def _wide(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.pivot(index="repeat", columns="patient_id", values=column)  # noqa: PD010 - nothing to aggregate


def _fixed(model: object, rows: pd.DataFrame, patients: pd.Index) -> Predictor:
    if rows["patient_id"].duplicated().any():
        raise StratifyError(f"predictions of {model}: a fixed score has a patient more than once")
    return Predictor(str(model), *_one_row(rows, patients), fixed=True)


def _one_row(rows: pd.DataFrame, patients: pd.Index) -> tuple[Floats, Floats]:
    """Lay out scores and probabilities, each of shape (1, n)."""
    by_patient = rows.set_index("patient_id").reindex(patients)
    score, probability = (by_patient[column].to_numpy(dtype=float)[None, :] for column in ("score", "probability"))
    return score, probability
