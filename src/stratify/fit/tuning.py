"""Choose hyper-parameters on inner folds of the training patients."""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from lightgbm.basic import LightGBMError
from scipy.stats import rankdata
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ParameterGrid, RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import InvalidParameterError

from stratify.config.study import Folds
from stratify.errors import StratifyError
from stratify.split.nested_cv import balanced_strata


@dataclass(frozen=True)
class Tuned:
    """A pipeline refitted on all training patients with the chosen hyper-parameters.

    Parameters
    ----------
    pipeline
        The fitted pipeline.
    parameters
        The chosen hyper-parameters, by parameter name of the classifier.
    candidates
        One row a candidate: `parameters` (JSON), `inner_auroc`, `inner_neg_log_loss`, `chosen`.
    """

    pipeline: Pipeline
    parameters: dict[str, Any]
    candidates: pd.DataFrame


def tune(
    pipeline: Pipeline,
    grid: Mapping[str, list[Any]],
    features: pd.DataFrame,
    y: np.ndarray,
    *,
    cohort: pd.Series,
    inner: Folds,
    seed: int,
) -> Tuned:
    """Choose by the log loss, a proper score: what is registered are probabilities, not ranks.

    Folds are balanced by cohort and label. AUROC compares patients within their cohort only, so that telling cohorts
    of different response rates apart earns nothing.

    Parameters
    ----------
    pipeline
        Unfitted pipeline.
    grid
        Candidate values by parameter of the classifier.
    features : DataFrame, shape (n_patients, n_features)
        Training patients only.
    y : ndarray of int, shape (n_patients,)
        Labels, 1 positive.
    cohort : Series of str, shape (n_patients,)
        Where each patient comes from.
    inner
        Inner folds.
    seed
        Seed of the folds.

    Returns
    -------
    Tuned
    """
    rarest = int(np.bincount(y, minlength=2).min())
    if rarest < inner.folds:
        raise StratifyError(
            f"{inner.folds} inner folds need at least {inner.folds} training patients of each class, the smaller has "
            f"{rarest}; lower design.inner.folds in the study file"
        )
    candidates = list(ParameterGrid(dict(grid)))
    folds = RepeatedStratifiedKFold(n_splits=inner.folds, n_repeats=inner.repeats, random_state=seed)
    origin = cohort.to_numpy()
    with warnings.catch_warnings(), _named_parameters():
        warnings.simplefilter("error", ConvergenceWarning)
        estimates = np.mean(
            [
                _inner_estimates(
                    pipeline, candidates, (features.iloc[inside], y[inside]), (features.iloc[out], y[out]), origin[out]
                )
                for inside, out in folds.split(features, balanced_strata(cohort, pd.Series(y), inner.folds))
            ],
            axis=0,
        )
        best = int(np.argmax(estimates[:, 1]))
        fitted = clone(pipeline)
        fitted[-1].set_params(**candidates[best])
        fitted.fit(features, y)
    table = pd.DataFrame(
        {
            "parameters": [json.dumps(candidate, sort_keys=True) for candidate in candidates],
            "inner_auroc": estimates[:, 0],
            "inner_neg_log_loss": estimates[:, 1],
            "chosen": (np.arange(len(candidates)) == best).astype(int),
        }
    )
    return Tuned(fitted, candidates[best], table)


@contextmanager
def _named_parameters() -> Iterator[None]:
    """Turn a hyper-parameter that a model refuses into a message about the study file."""
    try:
        yield
    except (InvalidParameterError, LightGBMError) as error:
        raise StratifyError(f"models: a value of the search space is refused: {error}") from None


def _inner_estimates(
    pipeline: Pipeline,
    candidates: Sequence[Mapping[str, Any]],
    inside: tuple[pd.DataFrame, np.ndarray],
    outside: tuple[pd.DataFrame, np.ndarray],
    origin: np.ndarray,
) -> np.ndarray:
    """AUROC and negative log loss of every candidate on one inner fold; shape (n_candidates, 2).

    The steps before the classifier have no hyper-parameters and are fitted once a fold instead of once a candidate,
    which is most of the time of a search on a small cohort.
    """
    preprocess = clone(pipeline[:-1])
    X_inside, X_outside = preprocess.fit_transform(*inside), preprocess.transform(outside[0])
    classifiers = [clone(pipeline[-1]).set_params(**candidate) for candidate in candidates]
    probability = np.array(
        [classifier.fit(X_inside, inside[1]).predict_proba(X_outside)[:, 1] for classifier in classifiers]
    )
    return np.column_stack([_auroc_within(origin, outside[1], probability), _neg_log_loss(outside[1], probability)])


def _auroc_within(origin: np.ndarray, y: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Share of pairs ranked rightly by many candidates, over pairs of one cohort; shape (n_candidates,)."""
    wins, pairs = np.zeros(len(probability)), 0
    for name in np.unique(origin):
        rows = origin == name
        won, of = _wins(y[rows], probability[:, rows])
        wins, pairs = wins + won, pairs + of
    return wins / pairs if pairs else np.full(len(probability), np.nan)


def _wins(y: np.ndarray, probability: np.ndarray) -> tuple[np.ndarray, int]:
    """Pairs ranked rightly, ties half, from ranks, and how many there are; shapes (n,), (n_candidates, n)."""
    positive = int(y.sum())
    wins = rankdata(probability, axis=1)[:, y == 1].sum(axis=1) - positive * (positive + 1) / 2
    return wins, positive * (len(y) - positive)


def _neg_log_loss(y: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Mean log likelihood of many candidates at once; shapes as for AUROC."""
    of_label = np.where(y == 1, probability, 1 - probability)
    return np.log(np.clip(of_label, np.finfo(float).eps, None)).mean(axis=1)
