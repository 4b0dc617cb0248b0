"""Choose hyper-parameters on inner folds of the training patients."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline

from stratify.config.study import Folds
from stratify.errors import StratifyError


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
    pipeline: Pipeline, grid: Mapping[str, list[Any]], features: pd.DataFrame, y: np.ndarray, *, inner: Folds, seed: int
) -> Tuned:
    """Choose by the log loss, a proper score: what is registered are probabilities, not ranks.

    Parameters
    ----------
    pipeline
        Unfitted pipeline.
    grid
        Candidate values by pipeline parameter.
    features : DataFrame, shape (n_patients, n_features)
        Training patients only.
    y : ndarray of int, shape (n_patients,)
        Labels, 1 positive.
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
    search = GridSearchCV(
        pipeline,
        dict(grid),
        scoring={"auroc": "roc_auc", "neg_log_loss": "neg_log_loss"},
        refit="neg_log_loss",
        cv=RepeatedStratifiedKFold(n_splits=inner.folds, n_repeats=inner.repeats, random_state=seed),
        error_score="raise",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        search.fit(features, y)
    results = search.cv_results_
    candidates = pd.DataFrame(
        {
            "parameters": [json.dumps(_short(parameters), sort_keys=True) for parameters in results["params"]],
            "inner_auroc": results["mean_test_auroc"],
            "inner_neg_log_loss": results["mean_test_neg_log_loss"],
            "chosen": (np.arange(len(results["params"])) == search.best_index_).astype(int),
        }
    )
    return Tuned(search.best_estimator_, _short(search.best_params_), candidates)


def _short(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("classifier__"): value for name, value in parameters.items()}
