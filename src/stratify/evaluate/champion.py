"""Which model is registered: by the study's rule, on inner estimates only."""

import pandas as pd

from stratify.config.study import StudyConfig
from stratify.evaluate.overlap import EVERY_MODEL


def choose_champion(metrics: pd.DataFrame, canaries: pd.DataFrame, study: StudyConfig) -> str | None:
    """Choose the candidate with the best inner estimate among those whose canaries all passed.

    Results on held-out patients play no part: a champion chosen on them would be flattered by them.

    Parameters
    ----------
    metrics : DataFrame
        Rows of the `metrics` contract.
    canaries : DataFrame
        Rows of the `canaries` contract. A failed canary of the data all models share disqualifies every model.
    study
        The study, with its champion rule; a tie goes to the model the study file names first.

    Returns
    -------
    str or None
        Name of the model; none where no candidate passed and has an inner estimate.
    """
    failed = set(canaries.loc[~canaries["passed"], "model"])
    if EVERY_MODEL in failed:
        return None
    inner = metrics[(metrics["role"] == "train") & (metrics["metric"] == f"inner_{study.champion.metric}")]
    estimates = inner.set_index("model")["estimate"].dropna()
    candidates = [name for name in study.candidates if name in estimates.index and name not in failed]
    return max(candidates, key=lambda name: float(estimates[name]), default=None)
