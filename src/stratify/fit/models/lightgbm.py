"""Gradient-boosted trees (LightGBM), small and deterministic, with natural class weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.fit.models.directions import NO_DIRECTIONS, signs_of
from stratify.fit.models.encoding import FillIfComplete, categories_of, encode, numbers_of


def tree_settings(signs: Sequence[int], *, seed: int | None, **changes: Any) -> dict[str, Any]:
    """Give LightGBM's parameters for small, deterministic trees.

    Parameters
    ----------
    signs
        By column: 1 the score may only rise with it, -1 only fall, 0 not known; may be empty.
    seed
        Seed of column sampling.
    **changes
        Parameters of LightGBM that differ from the model's own.

    Returns
    -------
    dict of str to any
        Keyword arguments of LightGBM's estimators.
    """
    own: dict[str, Any] = {
        "n_estimators": 50,
        "learning_rate": 0.05,
        "num_leaves": 7,
        "min_child_samples": 10,
        "colsample_bytree": 0.5,
        "reg_lambda": 1.0,
        "random_state": seed,
        "n_jobs": 1,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
    }
    if any(signs):
        own["monotone_constraints"] = list(signs)
    return own | changes


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline.

    Missing values of a feature that was missing for some training patients stay missing: each split learns which side
    they go to. Those of a feature that training always had take its training median, or most frequent level (see
    `FillIfComplete`).

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; only the types are used.
    seed
        Seed of column sampling.
    directions
        Numeric features with which the score can only rise or only fall.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    n_categories = len(categories_of(features))
    signs = [*signs_of(numbers_of(features), directions), *[0] * n_categories]
    return Pipeline(
        [
            ("features", encode(features)),
            ("fill", FillIfComplete(n_categories)),
            ("classifier", LGBMClassifier(**tree_settings(signs, seed=seed))),
        ]
    )
