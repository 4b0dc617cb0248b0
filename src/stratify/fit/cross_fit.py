"""Train a model on every split and predict the patients it never saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.artifacts.split import FINAL
from stratify.assemble.features import model_features
from stratify.config.search import effective_search
from stratify.config.study import LeaveOneOut, StudyConfig
from stratify.errors import StratifyError
from stratify.fit.models import MODELS
from stratify.fit.tuning import Tuned, fit_with_studies, tune
from stratify.log_odds import log_odds

RESULT_COLUMNS = ["repeat", "split", "role", "cohort", "patient_id", "y", "time_days", "event", "score", "probability"]


@dataclass(frozen=True)
class CrossFit:
    """What one model did on all splits.

    Parameters
    ----------
    predictions
        As in `artifacts.fit.PREDICTIONS`, without study and model.
    tuning
        As in `artifacts.fit.TUNING`, without study and model.
    tuned
        The tuned model of each split, by split name; `final` was trained on everyone.
    """

    predictions: pd.DataFrame
    tuning: pd.DataFrame
    tuned: dict[str, Tuned]


def cross_fit(
    study: StudyConfig,
    model: str,
    table: pd.DataFrame,
    splits: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
) -> CrossFit:
    """Fit a model on the training rows of each split, tuning included, and predict its test rows.

    Parameters
    ----------
    study
        The study.
    model
        Name of the model.
    table
        The study table, in any row order.
    splits
        As in `artifacts.split.SPLITS`.
    parameters
        Hyper-parameters to use in every split; tuned in each where ``None``.

    Returns
    -------
    CrossFit
    """
    predictions, tunings, tuned = [], [], {}
    for split, members in splits.groupby("split", sort=True):
        train, _ = split_rows(table, members)
        fitted = fit_split(study, model, train, parameters)
        predictions.append(predict_split(study, fitted, table, members))
        tunings.append(fitted.candidates.assign(split=split))
        tuned[str(split)] = fitted
    return CrossFit(
        pd.concat(predictions, ignore_index=True).astype({"repeat": "Int64"}),
        pd.concat(tunings, ignore_index=True),
        tuned,
    )


def predict_split(study: StudyConfig, fitted: Tuned, table: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Predict the patients of one split by the model fitted to its training rows.

    Parameters
    ----------
    study
        The study.
    fitted
        The fitted model of the split.
    table
        The study table.
    members
        The rows of the split.

    Returns
    -------
    DataFrame
        As in `artifacts.fit.PREDICTIONS`, without study and model.
    """
    rows = rows_to_predict(table, members)
    scored = predict(fitted.pipeline, rows, model_features(study, table.columns))
    return rows.assign(**scored)[RESULT_COLUMNS]


def rows_to_predict(table: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """List the patients of a split that a model predicts, and in which role.

    Parameters
    ----------
    table
        The study table.
    members
        The rows of one split.

    Returns
    -------
    DataFrame
        Rows of the table with `repeat`, `split` and `role`: the held-out rows, and of the split whose model is
        registered also the training rows. A held-out cohort is `internal` where a training cohort is of its patient
        pool; rows held out in folds of their own cohort are `cv`.
    """
    train, test = split_rows(table, members)
    repeat, split = members["repeat"].iloc[0], members["split"].iloc[0]
    if pd.notna(repeat):
        test = test.assign(role="cv")
    else:
        shared = test["patient_pool"].isin(set(train["patient_pool"]))
        test = test.assign(role=shared.map({True: "internal", False: "external"}))
    apparent = [train.assign(role="train")] if split == FINAL else []
    return pd.concat([*apparent, test], ignore_index=True).assign(repeat=repeat, split=split)


def split_rows(table: pd.DataFrame, members: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the training and the held-out rows of one split, joined by patient and sorted by `patient_id`.

    Parameters
    ----------
    table
        The study table.
    members
        The rows of one split.

    Returns
    -------
    train, test : DataFrame

    Raises
    ------
    StratifyError
        The split and the table are not about the same patients.
    """
    strangers = set(table["patient_id"]) ^ set(members["patient_id"])
    if strangers:
        raise StratifyError(
            f"{len(strangers)} patients are in the study table or in the split, but not in both: "
            f"{', '.join(sorted(strangers)[:3])}; run the stages from `assemble` again"
        )
    role = members.set_index("patient_id")["role"].reindex(table["patient_id"]).to_numpy()
    ordered = table.assign(_role=role).sort_values("patient_id", ignore_index=True)
    learned = ordered["_role"].eq("train")
    rows = ordered.drop(columns="_role")
    return rows[learned], rows[~learned]


def fit_split(
    study: StudyConfig, model: str, train: pd.DataFrame, parameters: Mapping[str, Any] | None = None
) -> Tuned:
    """Tune and fit a model on training patients.

    Parameters
    ----------
    study
        The study.
    model
        Name of the model.
    train
        Rows of the study table.
    parameters
        Hyper-parameters to use, without recalibration; tuned on inner folds where ``None``.

    Returns
    -------
    Tuned
    """
    features = train[model_features(study, train.columns)]
    y = train["y"].to_numpy(dtype=int)
    studies = train[study.design.unit if isinstance(study.design, LeaveOneOut) else "study_family"]
    pipeline = MODELS[model](features, study.seed, study.directions)
    if parameters is not None:
        pipeline[-1].set_params(**parameters)
        fitted = fit_with_studies(pipeline, features, y, studies.to_numpy())
        return Tuned(fitted, dict(parameters), pd.DataFrame())
    return tune(
        pipeline,
        effective_search(model, study.models[model].search),
        features,
        y,
        cohort=train["cohort"],
        studies=studies,
        inner=study.design.inner,
        metric=study.champion.metric,
        seed=study.seed,
    )


def predict(pipeline: Pipeline, rows: pd.DataFrame, features: list[str]) -> dict[str, np.ndarray]:
    """Predict patients.

    Parameters
    ----------
    pipeline
        Fitted pipeline.
    rows
        Rows of the study table.
    features
        The model's features.

    Returns
    -------
    dict
        `score` (log odds of the positive class) and `probability`, each of shape (n_patients,), in the order of `rows`.
    """
    probability = pipeline.predict_proba(rows[features])[:, 1]
    return {"score": log_odds(probability), "probability": probability}
