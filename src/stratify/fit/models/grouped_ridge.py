"""Ridge logistic regression with one penalty for routine clinical facts and another for molecular measurements."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from stratify.config.study import Direction
from stratify.fit.models.burden import BURDENS, CANCER_TYPE, ReferencedBurden
from stratify.fit.models.directions import NO_DIRECTIONS, signs_of
from stratify.fit.models.encoding import categories_of, numbers_of
from stratify.fit.models.log_odds_classifier import LogOddsClassifier

CLINICAL = "clin."


class GroupedRidge(LogOddsClassifier):
    r"""Logistic regression that lets few strong predictors speak beside many weak ones.

    Minimises :math:`\sum_i w_i \ell_i + \tfrac12 (\lambda_c \lVert b_c \rVert^2 + \lambda_m \lVert b_m \rVert^2 +
    \lambda_l \lVert b_l \rVert^2)`: clinical numbers, molecular measurements and levels of categories have penalties
    of their own, as penalty factors by modality have in Boulesteix et al. 2017 (IPF-LASSO; here the squared
    coefficients are penalised). With one penalty for all, a hundred correlated scores outvote the mutational burden.
    The weight of a patient is :math:`w_i \propto n_{s(i)}^{-b}`, with :math:`n_s` the patients of the study: 0 lets
    patients count alike, 1 studies.

    Parameters
    ----------
    clinical_penalty, molecular_penalty, level_penalty
        Inverse variances of a normal prior around 0, for standardised columns.
    balance
        The exponent :math:`b`, from 0 to 1.
    n_clinical, n_molecular
        How many columns are clinical numbers, and then molecular; what follows are levels of categories.

    Attributes
    ----------
    coef_ : ndarray, shape (1, n_features)
    intercept_ : ndarray, shape (1,)
    """

    takes_missing: ClassVar[bool] = False

    def __init__(
        self,
        *,
        clinical_penalty: float = 10.0,
        molecular_penalty: float = 1000.0,
        level_penalty: float = 30.0,
        balance: float = 0.0,
        n_clinical: int = 0,
        n_molecular: int | None = None,
    ) -> None:
        self.clinical_penalty = clinical_penalty
        self.molecular_penalty = molecular_penalty
        self.level_penalty = level_penalty
        self.balance = balance
        self.n_clinical = n_clinical
        self.n_molecular = n_molecular

    def fit(self, X: Any, y: Any, studies: Any = None) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), without missing values, labels, and where each is from."""
        X, positive = self._checked(X, y)
        weights = study_weights(studies, len(X), self.balance)
        self.coef_, self.intercept_ = fit_ridge(X, positive, self._penalties(X.shape[1]), weights)
        return self

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        return np.asarray(X @ self.coef_[0] + self.intercept_[0])

    def _penalties(self, n: int) -> np.ndarray:
        n_molecular = n - self.n_clinical if self.n_molecular is None else self.n_molecular
        sizes = [self.n_clinical, n_molecular, n - self.n_clinical - n_molecular]
        return np.repeat([self.clinical_penalty, self.molecular_penalty, self.level_penalty], sizes).astype(np.float64)


def fit_ridge(
    X: np.ndarray, positive: np.ndarray, penalties: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a logistic regression with a ridge penalty for each coefficient of its own.

    Newton steps: for hundreds of columns without bounds several times as fast as `fit_penalised`.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_features)
    positive : ndarray of 0 and 1, shape (n_samples,)
    penalties : ndarray of float, shape (n_features,)
        Half of it times the squared coefficient is added to the negative log likelihood; above 0.
    weights : ndarray of float, shape (n_samples,)
        How often each patient counts.

    Returns
    -------
    coefficients : ndarray, shape (1, n_features)
    intercept : ndarray, shape (1,)
    """
    scale = 1 / np.sqrt(penalties)
    ridge = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-8, max_iter=200)
    ridge.fit(X * scale, positive, sample_weight=weights)
    return ridge.coef_ * scale, ridge.intercept_


def study_weights(studies: Any, n: int, balance: float) -> np.ndarray:
    """Weigh patients so that large studies count less; the mean weight is 1.

    Parameters
    ----------
    studies : array of str, shape (n,), or None
        Where each patient is from; all alike without it.
    n
        Number of patients.
    balance
        0 lets patients count alike, 1 studies.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    if studies is None or balance == 0:
        return np.ones(n)
    _, of_study, sizes = np.unique(np.asarray(studies), return_inverse=True, return_counts=True)
    weights = sizes[of_study] ** -float(balance)
    return np.asarray(weights / weights.mean())


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline.

    Numbers take the training median where missing, and are standardised; burdens of either unit become one number
    (`ReferencedBurden`). Missing is a level of a category; a level never seen counts as none of the known.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; `clin.` columns are clinical, all others molecular.
    seed
        Not used: nothing is drawn.
    directions
        Checked, but not used: the sign of each straight line is learned.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    return on_prepared(features, directions, GroupedRidge())


def on_prepared(features: pd.DataFrame, directions: Mapping[str, Direction], classifier: LogOddsClassifier) -> Pipeline:
    """Build the unfitted pipeline of a classifier of the matrix that `prepared` makes.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        As for `build`.
    directions
        Checked, but not used.
    classifier
        Has the parameters `n_clinical` and `n_molecular`, which are set here.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    signs_of(numbers_of(features), directions)
    steps, n_clinical = prepared(features)
    n_molecular = len(kinds_of_numbers(numbers_of(features)).molecular)
    classifier.set_params(n_clinical=n_clinical, n_molecular=n_molecular)
    return Pipeline([("features", steps), ("classifier", classifier)])


class NumberKinds(NamedTuple):
    """Numeric features by kind, in the order of the matrix: the burdens make one column, the others one each."""

    burdens: list[str]
    clinical: list[str]
    molecular: list[str]


def kinds_of_numbers(names: Iterable[str]) -> NumberKinds:
    """Tell burdens, other clinical numbers and molecular measurements apart.

    Examples
    --------
    >>> kinds_of_numbers(["sig.cyt", "clin.age_years", "clin.tmb_per_mb"])
    NumberKinds(burdens=['clin.tmb_per_mb'], clinical=['clin.age_years'], molecular=['sig.cyt'])
    """
    kinds = NumberKinds([], [], [])
    for name in names:
        if name in BURDENS:
            kinds.burdens.append(name)
        else:
            (kinds.clinical if name.startswith(CLINICAL) else kinds.molecular).append(name)
    return kinds


def prepared(features: pd.DataFrame) -> tuple[ColumnTransformer, int]:
    """Build the unfitted step that makes the matrix: clinical numbers, molecular measurements, levels of categories.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        As for `build`.

    Returns
    -------
    steps : ColumnTransformer
        Makes a matrix without missing values.
    n_clinical : int
        How many of its first columns are clinical numbers.
    """
    categories = categories_of(features)
    burdens, clinical, molecular = kinds_of_numbers(numbers_of(features))
    group = CANCER_TYPE if CANCER_TYPE in categories else None
    filled = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    levels = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing", keep_empty_features=True),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    kinds = [("clinical", filled, clinical), ("molecular", filled, molecular), ("levels", levels, categories)]
    if burdens:
        reference = ReferencedBurden(tuple(burdens), group)
        kinds.insert(0, ("burden", reference, [*burdens, *([group] if group else [])]))
    return ColumnTransformer(kinds), len(clinical) + bool(burdens)
