"""How well a model ranks that learned from fewer studies."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from stratify.evaluate.discrimination import delong
from stratify.evaluate.intervals import Estimate
from stratify.evaluate.pooling import MEAN_OF_COHORTS, WEIGHTED_MEAN
from stratify.evaluate.rows import metric_row

Row = dict[str, object]


def learning_curve_rows(curve: pd.DataFrame) -> Iterator[Row]:
    """Average the AUROC of each cohort over the random choices of studies, then over cohorts.

    Parameters
    ----------
    curve : DataFrame
        Rows of the `learning curve` contract, of any number of models.

    Yields
    ------
    dict
        Columns `variant`, `model`, `cohort`, `metric`, `estimate`, `low`, `high`, `n`, `n_events`. Cohorts in which all
        patients have one label are left out. `low` and `high` are those of the choices by which every cohort was
        judged; null where there is only one.
    """
    for (model, _), choices in curve.groupby(["model", "n_studies"], sort=True):
        size = int(choices["n_studies"].iloc[0])
        measured = [_of_cohort(rows) for _, rows in choices.groupby(["repeat", "cohort"]) if rows["y"].nunique() == 2]
        judged = pd.DataFrame(measured, columns=["repeat", "cohort", "auroc", "n", "n_events"])
        if judged.empty:
            continue
        cohorts = judged.groupby("cohort").agg({"auroc": "mean", "n": "first", "n_events": "first"})
        whole = judged[judged.groupby("repeat")["cohort"].transform("size").eq(len(cohorts))]
        for place in (WEIGHTED_MEAN, MEAN_OF_COHORTS):
            means = [_mean(rows, place) for _, rows in whole.groupby("repeat")]
            spread = (min(means), max(means)) if len(means) > 1 else (np.nan, np.nan)
            where = {"variant": f"{size} studies" if size > 1 else "1 study", "model": model, "cohort": place}
            counts = {"n": int(cohorts["n"].sum()), "n_events": int(cohorts["n_events"].sum())}
            yield where | counts | metric_row("auroc", Estimate(_mean(cohorts, place), *spread))


def _of_cohort(rows: pd.DataFrame) -> tuple[int, str, float, int, int]:
    y = rows["y"].to_numpy(dtype=int)
    auroc = delong(y, rows["score"].to_numpy(dtype=float)).auroc
    return int(rows["repeat"].iloc[0]), str(rows["cohort"].iloc[0]), float(auroc), len(y), int(y.sum())


def _mean(rows: pd.DataFrame, place: str) -> float:
    return float(np.average(rows["auroc"], weights=rows["n"] if place == WEIGHTED_MEAN else None))
