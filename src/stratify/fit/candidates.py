"""Predict by every candidate of a search; boosted trees that differ in their number only are grown once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from lightgbm import LGBMClassifier

ROUNDS = "n_estimators"


def predict_each(
    candidates: Sequence[Mapping[str, Any]], fit: Callable[[Mapping[str, Any]], Any], X: Any
) -> np.ndarray:
    """Give every candidate's probabilities of the positive class.

    The first trees of a gradient boosting do not depend on how many follow. So of LightGBM candidates that agree but
    in `n_estimators` the one with most trees is fitted, and its first trees answer for the others, bit for bit. A
    round in which no tree could grow leaves none behind, and trees are no longer counted as rounds are: such
    candidates are fitted singly. Models that estimate more than trees (`ensemble`, `rank_lightgbm`) are too.

    Parameters
    ----------
    candidates
        Hyper-parameters of each.
    fit
        Fits a classifier with a candidate's hyper-parameters.
    X : shape (n_patients, n_columns)
        Whom to predict.

    Returns
    -------
    ndarray, shape (n_candidates, n_patients)
        In the order of the candidates.
    """
    probabilities: dict[int, np.ndarray] = {}
    longest: dict[str, Any] = {}
    for position in sorted(range(len(candidates)), key=lambda position: -_rounds(candidates[position])):
        candidate = candidates[position]
        others = repr(sorted(item for item in candidate.items() if item[0] != ROUNDS))
        if _rounds(candidate) > 0 and _holds_every_round(longest.get(others)):
            predicted = longest[others].predict_proba(X, num_iteration=_rounds(candidate))
        else:
            fitted = fit(candidate)
            longest.setdefault(others, fitted)
            predicted = fitted.predict_proba(X)
        probabilities[position] = predicted[:, 1]
    return np.array([probabilities[position] for position in range(len(candidates))])


def _rounds(candidate: Mapping[str, Any]) -> int:
    """How many trees a candidate asks for; 0 where it does not say, or says what LightGBM is to refuse."""
    rounds = candidate.get(ROUNDS)
    return rounds if isinstance(rounds, int) and rounds > 0 else 0


def _holds_every_round(classifier: Any) -> bool:
    """Tell whether a classifier is plain boosting and grew a tree in every round."""
    return (
        isinstance(classifier, LGBMClassifier)
        and classifier.boosting_type == "gbdt"
        and classifier.booster_.num_trees() == classifier.n_estimators
    )
