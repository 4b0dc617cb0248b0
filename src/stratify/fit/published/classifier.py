"""What all published comparators share: inputs by name, complete patients only, null for whom they cannot score."""

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from stratify.errors import StratifyError
from stratify.wording import counted

MIN_PER_CLASS = 10
"""Complete training patients of either class below which nothing is refitted."""

TEXT_INPUTS = frozenset({"clin.cancer_type", "clin.sex", "clin.msi_status", "clin.therapy_class"})


class TooFewPatientsError(StratifyError):
    """A comparator cannot be refitted: too few training patients have all its inputs."""


class PublishedClassifier(ClassifierMixin, BaseEstimator, ABC):
    """A published rule or design as a scikit-learn classifier of response (1) against none (0).

    It takes a DataFrame with the columns of the study table, in any order and with any others beside them. A patient
    without one of the inputs is neither learned from nor scored: the row of the answer is NaN.
    """

    inputs: ClassVar[tuple[str, ...]]
    """Columns of the study table that it reads."""

    learns: ClassVar[bool] = False
    """Whether `fit` learns anything."""

    _positive_from: ClassVar[float] = 0.0
    """Score from which `predict` says 1."""

    def fit(self, X: pd.DataFrame, y: pd.Series | np.ndarray) -> Self:
        """Learn from the complete patients; a published formula checks its input and learns nothing.

        The result does not depend on the order of the rows.

        Parameters
        ----------
        X : DataFrame, shape (n_patients, at least the inputs)
            Columns of the study table.
        y : shape (n_patients,)
            1 for response, 0 for none, in the order of `X`.

        Returns
        -------
        PublishedClassifier
            Itself.

        Raises
        ------
        StratifyError
            A column is missing or not of its kind, or a label is neither 0 nor 1.
        TooFewPatientsError
            There is something to learn and fewer than ten complete patients of a class.
        """
        features, labels = self._prepare(self._select(X)), self._labels(X, y)
        complete = features.notna().all(axis="columns").to_numpy()
        self.classes_ = np.array([0, 1])
        self.feature_names_in_ = np.array(self.inputs, dtype=object)
        self.n_features_in_ = len(self.inputs)
        features, labels = features[complete], labels[complete]
        if self.learns:
            self._check_enough(labels)
            features, labels = _in_order_of_values(features, labels)
            self._learn(features, labels)
        return self

    def can_score(self, X: pd.DataFrame) -> np.ndarray:
        """Say who has everything that is needed; known before fitting.

        Parameters
        ----------
        X : DataFrame, shape (n_patients, at least the inputs)
            Columns of the study table.

        Returns
        -------
        ndarray of bool, shape (n_patients,)
            True for a patient who gets a score.
        """
        return self._prepare(self._select(X)).notna().all(axis="columns").to_numpy()

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """Score patients; higher means response is more likely.

        Parameters
        ----------
        X : DataFrame, shape (n_patients, at least the inputs)
            Columns of the study table.

        Returns
        -------
        ndarray of float, shape (n_patients,)
            Log odds of response unless the class says otherwise; NaN for whom it cannot score.
        """
        check_is_fitted(self, "classes_")
        features = self._prepare(self._select(X))
        complete = features.notna().all(axis="columns").to_numpy()
        scores = np.full(len(features), np.nan)
        if complete.any():
            scores[complete] = self._decide(features[complete])
        return scores

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Say who responds; NaN, hence float, for whom it cannot score. Shape (n_patients,)."""
        scores = self.decision_function(X)
        return np.where(np.isnan(scores), np.nan, (scores >= self._positive_from).astype("float64"))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    def _prepare(self, features: pd.DataFrame) -> pd.DataFrame:
        """Bring the inputs to the form in which the rule uses them; null where it cannot."""
        return features

    def _learn(self, features: pd.DataFrame, y: np.ndarray) -> None:
        """Learn from complete patients; only called where `learns`."""
        raise NotImplementedError

    @abstractmethod
    def _decide(self, features: pd.DataFrame) -> np.ndarray:
        """Score complete patients."""

    def _select(self, X: pd.DataFrame) -> pd.DataFrame:
        name = type(self).__name__
        if not isinstance(X, pd.DataFrame):
            raise StratifyError(f"{name}: takes a DataFrame with named columns, found {type(X).__name__}")
        absent = [column for column in self.inputs if column not in X]
        if absent:
            raise StratifyError(
                f"{name}: needs the {counted(len(absent), 'column')} {', '.join(absent)}, not in the table"
            )
        columns = {
            column: _as_text(X[column]) if column in TEXT_INPUTS else _as_number(X[column], name)
            for column in self.inputs
        }
        return pd.DataFrame(columns, index=X.index)

    def _check_enough(self, labels: np.ndarray) -> None:
        others, responders = (int((labels == level).sum()) for level in (0, 1))
        if min(others, responders) < MIN_PER_CLASS:
            raise TooFewPatientsError(
                f"{type(self).__name__}: {responders} responders and {others} others of the training patients have all "
                f"its {len(self.inputs)} inputs; a refit needs {MIN_PER_CLASS} of each. Leave the comparator out of "
                "the study, or train on cohorts that have them"
            )

    def _labels(self, X: pd.DataFrame, y: pd.Series | np.ndarray) -> np.ndarray:
        name = type(self).__name__
        labels = np.asarray(y).ravel()
        if len(labels) != len(X):
            raise StratifyError(f"{name}: {counted(len(X), 'patient')} but {counted(len(labels), 'label')}")
        wrong = [value for value in pd.unique(pd.Series(labels)) if pd.isna(value) or value not in (0, 1)]
        if wrong:
            raise StratifyError(f"{name}: labels are 0 or 1, found {', '.join(map(str, wrong[:3]))}")
        return labels.astype("int64")


class ProbabilityMixin:
    """For a comparator whose score is the log odds of a probability that it was published, or is fitted, to state."""

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """State the probability of no response and of response.

        Parameters
        ----------
        X : DataFrame, shape (n_patients, at least the inputs)
            Columns of the study table.

        Returns
        -------
        ndarray of float, shape (n_patients, 2)
            Rows sum to 1; both NaN for whom it cannot score.
        """
        positive = expit(self.decision_function(X))  # type: ignore[attr-defined]
        return np.column_stack([1 - positive, positive])


def _in_order_of_values(features: pd.DataFrame, y: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Sort patients by their values, so that what is learned depends on no order of rows; ties are alike in all."""
    together = features.assign(y=y).sort_values([*features.columns, "y"])
    return together[features.columns], together["y"].to_numpy()


def _as_text(values: pd.Series) -> pd.Series:
    return values.astype("object").where(values.notna(), None)


def _as_number(values: pd.Series, name: str) -> pd.Series:
    try:
        return values.astype("float64")
    except (TypeError, ValueError) as error:
        raise StratifyError(f"{name}: column {values.name!r} is not a number ({error})") from error
