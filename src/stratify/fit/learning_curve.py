"""What a model would be worth with fewer studies to learn from."""

import logging
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from stratify.assemble.features import model_features
from stratify.config.study import LeaveOneOut, StudyConfig
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
    if study.learning_curve is None or model not in study.candidates:
        return pd.DataFrame(columns=COLUMNS)
    parts = [
        part
        for split, members in splits.groupby("split", sort=True)
        if members["role"].ne("train").any()
        for part in _of_split(study, model, table, members, tuned[str(split)])
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _of_split(
    study: StudyConfig, model: str, table: pd.DataFrame, members: pd.DataFrame, tuned: Tuned
) -> Iterator[pd.DataFrame]:
    if study.learning_curve is None or not isinstance(study.design, LeaveOneOut):
        return
    train, _ = split_rows(table, members)
    rows = rows_to_predict(table, members)
    units = train[study.design.unit]
    names = np.unique(units)
    for size in [size for size in study.learning_curve.studies if size <= len(names)]:
        repeats = study.learning_curve.repeats if size < len(names) else 1  # there is one way to choose them all
        for repeat in range(repeats):
            # Not the split's name: its hash differs between runs.
            rng = np.random.default_rng([study.seed, size, repeat, len(train)])
            chosen = train[units.isin(rng.choice(names, size, replace=False))]
            if chosen["y"].nunique() < 2:
                logger.info(
                    "learning curve: %s, choice %d of %d: one label only", members["split"].iloc[0], repeat, size
                )
            else:
                fitted = fit_split(study, model, chosen, tuned.parameters)
                score = predict(fitted.pipeline, rows, model_features(study, table.columns))["score"]
                yield rows.assign(n_studies=size, repeat=repeat, n_learned_from=len(chosen), score=score)[COLUMNS]
