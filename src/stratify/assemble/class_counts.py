"""How many patients of which class each cohort has, for messages."""

import pandas as pd


def class_counts(cohort: pd.Series, y: pd.Series) -> str:
    """Count the patients of both classes in each cohort.

    Parameters
    ----------
    cohort : Series of str, shape (n_patients,)
    y : Series of int, shape (n_patients,)
        Labels, 1 positive, with the index of `cohort`.

    Returns
    -------
    str

    Examples
    --------
    >>> class_counts(pd.Series(["north", "north", "south"]), pd.Series([1, 0, 1]))
    'north 1 positive and 1 negative, south 1 positive and 0 negative'
    >>> class_counts(pd.Series([], dtype="str"), pd.Series([], dtype="int64"))
    'no patient'
    """
    counts = pd.DataFrame({"n": y.groupby(cohort).size(), "positive": y.groupby(cohort).sum()})
    shown = [f"{name} {row.positive} positive and {row.n - row.positive} negative" for name, row in counts.iterrows()]
    return ", ".join(shown) or "no patient"
