"""Choose hyper-parameters on inner folds of the training patients."""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from lightgbm.basic import LightGBMError
from scipy.stats import rankdata
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ParameterGrid, RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import has_fit_parameter

from stratify.assemble.class_counts import class_counts
from stratify.config.study import Folds
from stratify.errors import StratifyError
from stratify.fit.candidates import predict_each
from stratify.fit.models.recalibrated import Recalibrated
from stratify.log_odds import log_odds
from stratify.split.nested_cv import balanced_strata

LEAVE_ONE_OUT = "leave_one_out"

FEWEST_OF_A_CLASS = 2
"""Training patients of each class that every inner fold needs."""


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


@dataclass(frozen=True)
class InnerFold:
    """Training patients to learn from, and others to judge on.

    Parameters
    ----------
    inside, outside : ndarray of int
        Positions of the rows.
    """

    inside: np.ndarray
    outside: np.ndarray


def tune(
    pipeline: Pipeline,
    grid: Mapping[str, list[Any]],
    features: pd.DataFrame,
    y: np.ndarray,
    *,
    cohort: pd.Series,
    studies: pd.Series,
    inner: Folds | Literal["leave_one_out"],
    metric: Literal["auroc", "neg_log_loss"] = "neg_log_loss",
    seed: int,
) -> Tuned:
    """Choose among candidates by predictions of training patients they have not learned from.

    In random folds (balanced by cohort and label) the choice is by log loss, a proper score: what is registered are
    probabilities, not ranks. AUROC compares patients within their cohort only, so that telling cohorts of different
    response rates apart earns nothing. Where each study is left out in turn, log loss is mostly a matter of how many
    respond in the study left out, which no candidate can know; so the choice is by `metric`, and the intercept and
    slope of the chosen candidate are then estimated on the patients left out (`recalibrate`).

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
    studies : Series of str, shape (n_patients,)
        What is left out together, and what classifiers that tell studies apart are told.
    inner
        Inner folds.
    metric
        What is maximised where each study is left out in turn.
    seed
        Seed of the folds.

    Returns
    -------
    Tuned

    Raises
    ------
    StratifyError
        There are too few patients of a class for the folds; or one study only is there to be left out, without one
        all patients have one label, or none left out has both labels.
    """
    candidates = list(ParameterGrid(dict(grid)))
    folds = list(_inner_folds(y, cohort, studies, inner=inner, seed=seed))
    _require_apart(folds, studies.to_numpy() if inner == LEAVE_ONE_OUT else np.arange(len(y)))
    origin, study = cohort.to_numpy(), studies.to_numpy()
    with warnings.catch_warnings(), _named_parameters():
        warnings.simplefilter("error", ConvergenceWarning)
        probabilities = [_predicted(pipeline, candidates, (features, y, study), fold) for fold in folds]
        estimates = _mean_estimates(probabilities, folds, y, origin, alike=inner == LEAVE_ONE_OUT)
        by_loss = inner != LEAVE_ONE_OUT or metric == "neg_log_loss"
        best = int(np.argmax(estimates[:, int(by_loss)]))
        fitted = clone(pipeline)
        fitted[-1].set_params(**candidates[best])
        fit_with_studies(fitted, features, y, study)
    if inner == LEAVE_ONE_OUT:
        left_out = np.concatenate([fold.outside for fold in folds])
        score = log_odds(np.concatenate([probability[best] for probability in probabilities]))
        fitted = Pipeline([*fitted.steps[:-1], ("classifier", Recalibrated(fitted[-1]).estimate(score, y[left_out]))])
    table = pd.DataFrame(
        {
            "parameters": [json.dumps(candidate, sort_keys=True) for candidate in candidates],
            "inner_auroc": estimates[:, 0],
            "inner_neg_log_loss": estimates[:, 1],
            "chosen": (np.arange(len(candidates)) == best).astype(int),
        }
    )
    return Tuned(fitted, candidates[best], table)


def fit_with_studies(pipeline: Pipeline, features: pd.DataFrame, y: np.ndarray, studies: np.ndarray) -> Pipeline:
    """Fit a pipeline; a classifier whose `fit` takes `studies` is told which study each patient is from."""
    told = {"classifier__studies": studies} if has_fit_parameter(pipeline[-1], "studies") else {}
    return pipeline.fit(features, y, **told)


def _inner_folds(
    y: np.ndarray, cohort: pd.Series, studies: pd.Series, *, inner: Folds | Literal["leave_one_out"], seed: int
) -> Iterator[InnerFold]:
    if isinstance(inner, Folds):
        rarest = int(np.bincount(y, minlength=2).min())
        if rarest < inner.folds:
            raise StratifyError(
                f"{inner.folds} inner folds need at least {inner.folds} training patients of each class, the smaller "
                f"has {rarest} ({class_counts(cohort.reset_index(drop=True), pd.Series(y))}); lower "
                "design.inner.folds in the study file"
            )
        folds = RepeatedStratifiedKFold(n_splits=inner.folds, n_repeats=inner.repeats, random_state=seed)
        for inside, outside in folds.split(y, balanced_strata(cohort, pd.Series(y), inner.folds)):
            yield InnerFold(inside, outside)
        return
    names = np.unique(studies)
    if len(names) < 2:
        raise StratifyError(
            f"design.inner leave_one_out: the training patients are all of {names[0]!r}; nobody would be left to learn "
            "from; give folds instead"
        )
    for name in names:
        outside = studies.eq(name).to_numpy()
        if np.bincount(y[~outside], minlength=2).min() < FEWEST_OF_A_CLASS:
            raise StratifyError(
                f"design.inner leave_one_out: without {name} fewer than {FEWEST_OF_A_CLASS} training patients of a "
                "class are left; give folds instead"
            )
        yield InnerFold(np.flatnonzero(~outside), np.flatnonzero(outside))


def _require_apart(folds: Sequence[InnerFold], groups: np.ndarray) -> None:
    """Refuse inner folds that judge a candidate on a group it learned from: patients, or whole studies."""
    torn = [sorted(set(groups[fold.inside]) & set(groups[fold.outside])) for fold in folds]
    wrong = [(number, shared) for number, shared in enumerate(torn) if shared]
    if wrong:
        number, shared = wrong[0]
        raise StratifyError(
            f"tuning (step fit): {len(wrong)} of {len(folds)} inner folds learn from and judge the same group, fold "
            f"{number} {shared[:3]}; inner folds must keep every patient, and every study left out, on one side"
        )


@contextmanager
def _named_parameters() -> Iterator[None]:
    """Turn a hyper-parameter that a model refuses into a message about the study file."""
    try:
        yield
    except (InvalidParameterError, LightGBMError) as error:
        raise StratifyError(f"models: a value of the search space is refused: {error}") from None


def _predicted(
    pipeline: Pipeline,
    candidates: Sequence[Mapping[str, Any]],
    training: tuple[pd.DataFrame, np.ndarray, np.ndarray],
    fold: InnerFold,
) -> np.ndarray:
    """Probabilities of every candidate for the patients outside one inner fold; shape (n_candidates, n_outside).

    The steps before the classifier have no hyper-parameters and are fitted once a fold instead of once a candidate,
    which is most of the time of a search on a small cohort.
    """
    features, y, studies = training
    preprocess = clone(pipeline[:-1])
    X_inside = preprocess.fit_transform(features.iloc[fold.inside], y[fold.inside])
    X_outside = preprocess.transform(features.iloc[fold.outside])

    def fit(candidate: Mapping[str, Any]) -> Any:
        last = Pipeline([("classifier", clone(pipeline[-1]).set_params(**candidate))])
        return fit_with_studies(last, X_inside, y[fold.inside], studies[fold.inside])[-1]

    return predict_each(candidates, fit, X_outside)


def _mean_estimates(
    probabilities: Sequence[np.ndarray], folds: Sequence[InnerFold], y: np.ndarray, origin: np.ndarray, *, alike: bool
) -> np.ndarray:
    """AUROC within cohorts and negative log loss of every candidate; shape (n_candidates, 2).

    The mean over folds; weighted by their patients where these are to count alike. A fold of one class has no AUROC.
    """
    estimates = np.array(
        [
            np.column_stack(
                [
                    _auroc_within(origin[fold.outside], y[fold.outside], probability),
                    _neg_log_loss(y[fold.outside], probability),
                ]
            )
            for probability, fold in zip(probabilities, folds, strict=True)
        ]
    )
    if not alike:
        return np.asarray(estimates.mean(axis=0))
    sizes = np.array([len(fold.outside) for fold in folds])[:, None, None]
    weights = np.where(np.isnan(estimates), 0, sizes)
    if not weights[..., 0].any():
        raise StratifyError(
            "design.inner leave_one_out: no study left out has patients of both classes in one cohort, so none can say "
            "how well a candidate ranks; give folds instead"
        )
    return np.asarray((np.nan_to_num(estimates) * weights).sum(axis=0) / weights.sum(axis=0))


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
