"""Gradient-boosted trees (LightGBM), small and deterministic, with natural class weights."""

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder


def build(features: pd.DataFrame, seed: int) -> Pipeline:
    """Build the unfitted pipeline.

    Missing numbers stay missing: each split learns which side they go to. Categories become codes in alphabetical
    order; missing and unseen levels are missing.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; only the types are used.
    seed
        Seed of column sampling.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    categories = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    kinds = [
        ("numbers", "passthrough", make_column_selector(dtype_include="number")(features)),
        ("categories", categories, make_column_selector(dtype_exclude="number")(features)),
    ]
    classifier = LGBMClassifier(
        n_estimators=50,
        learning_rate=0.05,
        num_leaves=7,
        min_child_samples=10,
        colsample_bytree=0.5,
        reg_lambda=1.0,
        random_state=seed,
        n_jobs=1,
        deterministic=True,
        force_col_wise=True,
        verbose=-1,
    )
    return Pipeline([("features", ColumnTransformer(kinds)), ("classifier", classifier)])
