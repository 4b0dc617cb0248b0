"""Published biomarkers added up, none against its published direction."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.errors import StratifyError
from stratify.fit.models.directions import NO_DIRECTIONS, signs_of
from stratify.fit.models.encoding import categories_of, numbers_of
from stratify.fit.models.grouped_ridge import CLINICAL, GroupedRidge, kinds_of_numbers, on_prepared, study_weights
from stratify.fit.models.penalised import Ridge, fit_penalised


class BiomarkerStack(GroupedRidge):
    r"""`GroupedRidge` with :math:`b_j \geq 0` or :math:`b_j \leq 0` for every column of known direction.

    A biomarker published as favourable can be ignored, but not learned as harmful from a training study in which it
    happened to be. Among correlated biomarkers such bounds do most of the selection, as in stacking with non-negative
    weights (Breiman 1996, doi:10.1007/BF00117832): the ridge would give some of them compensating negative weights,
    which seldom hold in the next study.

    Parameters
    ----------
    signs
        By column, from the first: 1 the coefficient is never negative, -1 never positive, 0 free. Columns beyond (the
        levels of categories) are free; all are where it is not given.
    clinical_penalty, molecular_penalty, level_penalty, balance, n_clinical, n_molecular
        As in `GroupedRidge`.

    Attributes
    ----------
    coef_ : ndarray, shape (1, n_features)
    intercept_ : ndarray, shape (1,)
    """

    def __init__(
        self,
        *,
        signs: Sequence[int] | None = None,
        clinical_penalty: float = 10.0,
        molecular_penalty: float = 30.0,
        level_penalty: float = 30.0,
        balance: float = 0.5,
        n_clinical: int = 0,
        n_molecular: int | None = None,
    ) -> None:
        super().__init__(
            clinical_penalty=clinical_penalty,
            molecular_penalty=molecular_penalty,
            level_penalty=level_penalty,
            balance=balance,
            n_clinical=n_clinical,
            n_molecular=n_molecular,
        )
        self.signs = signs

    def fit(self, X: Any, y: Any, studies: Any = None) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), without missing values, labels, and where each is from."""
        X, positive = self._checked(X, y)
        sign = np.zeros(X.shape[1])
        known = [] if self.signs is None else list(self.signs)
        sign[: len(known)] = known
        lower, upper = np.where(sign > 0, 0.0, -np.inf), np.where(sign < 0, 0.0, np.inf)
        ridge = Ridge(self._penalties(X.shape[1]), lower, upper)
        weights = study_weights(studies, len(X), self.balance)
        intercept, coefficients = fit_penalised(X, positive, ridge, weights=weights)
        self.intercept_, self.coef_ = np.array([intercept]), coefficients[None, :]
        return self


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline.

    Of the molecular features only those with a direction are used; the matrix is that of `grouped_ridge.prepared`.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; `clin.` columns are clinical, all others molecular.
    seed
        Not used: nothing is drawn.
    directions
        Numeric features with which the log odds can only rise or only fall. Burdens of different units are one number
        and must not be given different directions.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.

    Raises
    ------
    StratifyError
        No directions are given, or burdens have different ones.
    """
    if not directions:
        raise StratifyError(
            "model biomarker_stack adds up features of known direction, but the study names none; list the published "
            "biomarkers under `directions` (`ssgsea.cd8: increasing`), or leave the model out"
        )
    numbers = numbers_of(features)
    signs_of(numbers, directions)
    used = [name for name in numbers if name.startswith(CLINICAL) or name in directions]
    classifier = BiomarkerStack(signs=_signs(used, directions))
    return on_prepared(features[[*used, *categories_of(features)]], directions, classifier)


def _signs(numbers: Sequence[str], directions: Mapping[str, Direction]) -> list[int]:
    """Give the signs of the matrix's columns: the burden of all units, clinical numbers, molecular measurements."""
    burdens, clinical, molecular = kinds_of_numbers(numbers)
    of_burdens = {name: directions[name] for name in burdens if name in directions}
    if len(set(of_burdens.values())) > 1:
        raise StratifyError(
            f"directions: {' and '.join(of_burdens)} are one burden in two units, but have different directions; "
            "give both the same"
        )
    others = {name: direction for name, direction in directions.items() if name not in burdens}
    burden = signs_of(list(of_burdens), of_burdens)[:1] or [0]
    return [*(burden if burdens else []), *signs_of([*clinical, *molecular], others)]
