"""The form every endpoint rule returns."""

import pandas as pd


def labels(
    y: pd.Series,
    reason: pd.Series,
    time_days: pd.Series | None = None,
    event: pd.Series | None = None,
) -> pd.DataFrame:
    """Put labels into the common form.

    Parameters
    ----------
    y
        1, 0 or null.
    reason
        Why `y` is null; null elsewhere.
    time_days, event
        Time to event or censoring in days and its flag, where the rule has them.

    Returns
    -------
    DataFrame
        Columns `y`, `time_days`, `event`, `reason` on the index of `y`.
    """
    empty = pd.Series(float("nan"), index=y.index)
    return pd.DataFrame(
        {
            "y": y.astype("Int64"),
            "time_days": (empty if time_days is None else time_days).astype("float64"),
            "event": (empty if event is None else event).astype("Int64"),
            "reason": reason.where(y.isna()),
        }
    )
