"""Study table columns as one matrix: the numbers, then the categories as codes."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.preprocessing import OrdinalEncoder
from sklearn.utils.validation import check_is_fitted, validate_data


def numbers_of(features: pd.DataFrame) -> list[str]:
    """List the numeric columns of a feature frame, in its order."""
    return list(make_column_selector(dtype_include="number")(features))


def categories_of(features: pd.DataFrame) -> list[str]:
    """List the other columns of a feature frame, in its order."""
    return list(make_column_selector(dtype_exclude="number")(features))


def encode(features: pd.DataFrame) -> ColumnTransformer:
    """Build the unfitted step that makes the matrix.

    Numbers pass as they are, missing values included. Categories become codes in alphabetical order; missing and
    unseen levels are missing.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; only the types are used.

    Returns
    -------
    ColumnTransformer
        Makes a float64 matrix of as many columns, the numbers first.
    """
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    kinds = [("numbers", "passthrough", numbers_of(features)), ("categories", codes, categories_of(features))]
    return ColumnTransformer(kinds)


class FillIfComplete(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fill the missing values of columns that were never missing in training; leave those of other columns.

    LightGBM learns to which side of each split a missing value goes. Where training had none it has learned nothing,
    and reads a missing value as the number 0: a patient whose albumin was not measured would be scored as one without
    albumin. Such a column takes its training median instead (a code its most frequent level).

    Parameters
    ----------
    n_categories
        How many of the last columns are codes.

    Attributes
    ----------
    fill_ : ndarray of float, shape (n_features,)
        By column; NaN where training had missing values.
    """

    def __init__(self, n_categories: int = 0) -> None:
        self.n_categories = n_categories

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from a training matrix, shape (n_samples, n_features), in which NaN is missing."""
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        n_numbers = X.shape[1] - self.n_categories
        centres = [np.median(column) for column in X[:, :n_numbers].T]  # NaN where any value is
        self.fill_ = np.array([*centres, *map(_most_frequent, X[:, n_numbers:].T)], dtype=float)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return a filled copy of a matrix, shape (n_samples, n_features)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return np.where(np.isnan(X), self.fill_, X)


def _most_frequent(column: np.ndarray) -> float:
    if np.isnan(column).any():
        return float("nan")
    values, counts = np.unique(column, return_counts=True)
    return float(values[np.argmax(counts)])
