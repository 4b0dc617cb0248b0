"""What models have to beat: each biomarker as a model of its own, and a plain ridge regression on all measurements."""

import logging

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stratify.log_odds import log_odds

logger = logging.getLogger(__name__)

PLAIN_RIDGE = "plain_ridge"

FEWEST = 5
"""Training patients of each class with a value that are needed."""


def fitted_name(feature: str) -> str:
    """Name the model of one feature.

    Examples
    --------
    >>> fitted_name("sig.cyt")
    'logistic(sig.cyt)'
    """
    return f"logistic({feature})"


def one_feature_logistic(train: pd.DataFrame, rows: pd.DataFrame, feature: str) -> pd.DataFrame:
    """Learn what a biomarker's values mean from training patients, and predict others.

    Unlike its raw ranking the model has a direction of its own, that of the training patients, and a probability. This
    is how the literature on checkpoint blockade makes published scores comparable with models.

    Parameters
    ----------
    train : DataFrame
        Rows of the study table to learn from; those without a value are left out.
    rows : DataFrame
        Rows to predict.
    feature
        A numeric column of both.

    Returns
    -------
    DataFrame
        `rows` with `model`, `score` (log odds) and `probability`; null without a value, and for everyone where fewer
        than 5 training patients of a class have one.
    """
    known = train[train[feature].notna()]
    score = np.full(len(rows), np.nan)
    if known["y"].value_counts().reindex([0, 1], fill_value=0).min() >= FEWEST:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=np.inf))
        model.fit(known[[feature]], known["y"].to_numpy(dtype=int))
        there = rows[feature].notna().to_numpy()
        if there.any():
            score[there] = log_odds(model.predict_proba(rows.loc[there, [feature]])[:, 1])
    else:
        logger.warning("split %s: too few training patients have %s to learn from", rows["split"].iloc[0], feature)
    return rows.assign(model=fitted_name(feature), score=score, probability=expit(score))


def plain_ridge(train: pd.DataFrame, rows: pd.DataFrame, features: list[str]) -> pd.DataFrame:
    """Learn a ridge regression on all measurements alike, as the literature's simplest model.

    Standardised, C = 0.001, balanced class weights, nothing tuned; missing values take the training median. Its
    probabilities are those of balanced classes and are not calibrated: that is part of what it shows.

    Parameters
    ----------
    train, rows : DataFrame
        Rows of the study table to learn from, and to predict.
    features
        Numeric columns of both, none of them clinical.

    Returns
    -------
    DataFrame
        `rows` with `model`, `score` (log odds) and `probability`; null for who has no measurement.
    """
    model = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.001, class_weight="balanced", solver="newton-cholesky"),
    ).fit(train[features], train["y"].to_numpy(dtype=int))
    there = rows[features].notna().any(axis="columns").to_numpy()
    score = np.where(there, log_odds(model.predict_proba(rows[features])[:, 1]), np.nan)
    return rows.assign(model=PLAIN_RIDGE, score=score, probability=expit(score))
