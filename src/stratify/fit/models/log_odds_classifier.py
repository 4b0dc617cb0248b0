"""What our binary classifiers have in common: they make log odds, and take missing values."""

from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data


class LogOddsClassifier(ClassifierMixin, BaseEstimator):
    """Binary classifier that scores a matrix by log odds of the second class; NaN is missing where it takes that.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        The labels in order.
    """

    takes_missing: ClassVar[bool] = True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.takes_missing
        tags.classifier_tags.multi_class = False
        return tags

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the log odds of the second class, shape (n_samples,)."""
        check_is_fitted(self)
        return self._log_odds(validate_data(self, X, dtype=np.float64, ensure_all_finite=self._finite(), reset=False))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, shape (n_samples, 2)."""
        score = self.decision_function(X)
        return np.column_stack([expit(-score), expit(score)])

    def predict(self, X: Any) -> np.ndarray:
        """Return the likelier class, shape (n_samples,)."""
        likelier = (self.decision_function(X) > 0).astype(int)
        return np.asarray(self.classes_[likelier])

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _finite(self) -> Literal["allow-nan", True]:
        return "allow-nan" if self.takes_missing else True

    def _checked(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Check training input; return the matrix, and 1 for each patient of the second class, 0 for the others."""
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite=self._finite())
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(f"{type(self).__name__} needs patients of two classes, found one class: {self.classes_}")
        return X, (y == self.classes_[1]).astype(float)
