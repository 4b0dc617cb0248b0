"""Probabilities put right by patients the classifier has not learned from."""

from typing import Any, Self

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from stratify.fit.models.penalised import Ridge, fit_penalised
from stratify.log_odds import log_odds

LEAST_SLOPE = 0.05
"""A score without skill in training makes nearly equal probabilities, but patients keep its order."""


def recalibrate(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimate intercept and slope of a logistic regression on a score; the slope is drawn to 1, and at least 0.05.

    Parameters
    ----------
    score : ndarray, shape (n,)
        Log odds of patients the score has not learned from.
    positive : ndarray of 0 and 1, shape (n,)

    Returns
    -------
    intercept, slope : ndarray, shape (1,)
    """
    towards_one = Ridge(np.ones(1), np.array([LEAST_SLOPE - 1]), np.array([np.inf]))
    intercept, beyond_one = fit_penalised(score[:, None], positive, towards_one, offset=score)
    return np.array([intercept]), 1 + beyond_one


class Recalibrated(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose log odds are shifted and stretched.

    Scikit-learn's `CalibratedClassifierCV` would fit the classifier again on each part of the training patients; here
    the predictions of patients left out are at hand already, from the choice of hyper-parameters.

    Parameters
    ----------
    classifier
        The fitted binary classifier.

    Attributes
    ----------
    intercept_, slope_ : ndarray, shape (1,)
        On the log-odds scale; 0 and 1 change nothing.
    """

    def __init__(self, classifier: Any = None) -> None:
        self.classifier = classifier

    def fit(self, X: Any, y: Any) -> Self:
        """Estimate shift and stretch on patients that the classifier has not learned from."""
        score = log_odds(self.classifier.predict_proba(X)[:, 1])
        return self.estimate(score, (np.asarray(y) == self.classes_[1]).astype(float))

    def estimate(self, score: np.ndarray, positive: np.ndarray) -> Self:
        """Estimate shift and stretch.

        Parameters
        ----------
        score : ndarray, shape (n,)
            Log odds of patients, by classifiers like this one that have not learned from them.
        positive : ndarray of 0 and 1, shape (n,)
            Their labels.
        """
        self.intercept_, self.slope_ = recalibrate(score, positive)
        return self

    @property
    def classes_(self) -> np.ndarray:
        """The labels in order."""
        return np.asarray(self.classifier.classes_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "slope_")

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the log odds of the second class, shape (n_samples,)."""
        check_is_fitted(self)
        inner = log_odds(self.classifier.predict_proba(X)[:, 1])
        return np.asarray(self.intercept_[0] + self.slope_[0] * inner)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, shape (n_samples, 2)."""
        score = self.decision_function(X)
        return np.column_stack([expit(-score), expit(score)])

    def predict(self, X: Any) -> np.ndarray:
        """Return the likelier class, shape (n_samples,)."""
        return np.asarray(self.classes_[(self.decision_function(X) > 0).astype(int)])
