"""What a model would be worth with fewer studies to learn from."""

import logging
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from stratify.assemble.features import model_features
from stratify.config.study import LearningCurve, LeaveOneOut, StudyConfig
from stratify.fit.cross_fit import fit_split, predict, rows_to_predict, split_rows
from stratify.fit.tuning import Tuned

logger = logging.getLogger(__name__)

COLUMNS = ["n_studies", "repeat", "split", "n_learned_from", "role", "cohort", "patient_id", "y", "score"]


def learning_curve(
    study: StudyConfig, model: str, table: pd.DataFrame, splits: pd.DataFrame, tuned: Mapping[str, Tuned]
) -> pd.DataFrame:
    """Fit a model to random choices of training studies and predict the held-out patients of each split.

    The hyper-parameters are those the split chose from all its training studies, which favours the small choices a
    little; a choice in which all patients have one label is left out.

    Parameters
    ----------
    study
        The study.
    model
        Name of the model.
    table
        The study table.
    splits
        As in `artifacts.split.SPLITS`.
    tuned
        The tuned model of each split, as from `cross_fit`.

    Returns
    -------
    DataFrame
        As in `artifacts.fit.LEARNING_CURVE`, without study and model; empty where the study asks for none, or does not
        consider this model for champion.
    """
    if study.learning_curve is None or not isinstance(study.design, LeaveOneOut) or model not in study.candidates:
        return pd.DataFrame(columns=COLUMNS)
    features = model_features(study, table.columns)
    parts = []
    for split, members in splits.groupby("split", sort=True):
        if members["role"].ne("train").any():
            train, _ = split_rows(table, members)
            rows = rows_to_predict(table, members)
            for choice, chosen in _choices(train, train[study.design.unit], study.learning_curve, study.seed):
                fitted = fit_split(study, model, chosen, tuned[str(split)].parameters)
                score = predict(fitted.pipeline, rows, features)["score"]
                parts.append(rows.assign(**choice, n_learned_from=len(chosen), score=score)[COLUMNS])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _choices(
    train: pd.DataFrame, units: pd.Series, curve: LearningCurve, seed: int
) -> Iterator[tuple[dict[str, int], pd.DataFrame]]:
    """Choose training studies at random; with each choice its number of studies and its repetition."""
    names = np.unique(units)
    for size in [size for size in curve.studies if size <= len(names)]:
        repeats = curve.repeats if size < len(names) else 1  # there is one way to choose them all
        for repeat in range(repeats):
            # Not the split's name: its hash differs between runs.
            rng = np.random.default_rng([seed, size, repeat, len(train)])
            chosen = train[units.isin(rng.choice(names, size, replace=False))]
            if chosen["y"].nunique() < 2:
                logger.info("learning curve: choice %d of %d studies left out: one label only", repeat, size)
            else:
                yield {"n_studies": size, "repeat": repeat}, chosen
