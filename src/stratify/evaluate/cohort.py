"""The held-out predictions of one cohort, aligned: the same patients in the same order for every model."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import StratifyError
from stratify.evaluate.intervals import DRAWS, resample

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Bools = NDArray[np.bool_]


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
    """Learned nothing, so that every patient is held out: a published biomarker."""

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
        return Cohort(
            self.name, self.patients[keep], self.y[keep], self.fold[:, keep], self.weights[:, keep], predictors
        )


def cohorts_of(predictions: pd.DataFrame, *, seed: int, draws: int = DRAWS) -> list[Cohort]:
    """Align the cross-validated predictions of each cohort.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract of all models and comparators; rows of other roles are not used.
    seed
        Seed of the bootstrap draws.
    draws
        Number of bootstrap draws.

    Returns
    -------
    list of Cohort
        In the order of their names.

    Raises
    ------
    StratifyError
        A model misses patients, has them twice, or was held out in other folds than the others.
    """
    held_out = predictions[predictions["role"] == "cv"]
    return [_cohort(str(name), rows, seed, draws) for name, rows in held_out.groupby("cohort", sort=True)]


def _cohort(name: str, rows: pd.DataFrame, seed: int, draws: int) -> Cohort:
    truth = rows.groupby("patient_id", sort=True)["y"].agg(["min", "max"])
    if (truth["min"] != truth["max"]).any():
        offenders = truth.index[truth["min"] != truth["max"]]
        raise StratifyError(
            f"predictions of cohort {name}: models disagree on the class of {len(offenders)} patients "
            f"({', '.join(offenders[:3])}); refit all models of the study"
        )
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
        y=truth["min"].to_numpy(dtype=np.int64),
        fold=np.vstack([pd.factorize(row, sort=True)[0] for row in folds.to_numpy()]),
        weights=resample(len(truth), seed, draws),
        predictors={one.name: one for one in predictors},
    )


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
    score = rows.set_index("patient_id")["score"].reindex(patients).to_numpy(dtype=float)[None, :]
    return Predictor(str(model), score, np.full_like(score, np.nan), fixed=True)
