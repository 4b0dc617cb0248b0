"""The models a study can name, and the hyper-parameters each tries where the study says nothing."""

from collections.abc import Mapping
from typing import Any

from stratify.errors import StratifyError, nearest

SEARCH_SPACES: dict[str, dict[str, list[Any]]] = {
    "elastic_net": {"C": [0.003, 0.01, 0.03, 0.1, 0.3], "l1_ratio": [0.1, 0.9]},
    "spline_logistic": {"smooth_penalty": [0.3, 1.0, 3.0], "level_penalty": [2.0, 4.0, 8.0, 16.0]},
    "lightgbm": {"n_estimators": [25, 50, 100], "num_leaves": [3, 7], "min_child_samples": [5, 15]},
    "grouped_ridge": {
        "clinical_penalty": [3.0, 30.0],
        "molecular_penalty": [300.0, 1000.0, 3000.0],
        "balance": [0.0, 0.5],
    },
    "ensemble": {"smooth_penalty": [0.3, 1.0], "n_estimators": [50, 100]},
    "invariant_ridge": {
        "least_z": [0.0, 1.0, 2.0],
        "clinical_penalty": [10.0],
        "molecular_penalty": [300.0, 1000.0],
        "balance": [0.5],
    },
    "extra_trees": {"min_samples_leaf": [5, 15], "balance": [0.5]},
    "ridge_and_trees": {
        "trees_share": [0.0, 0.25, 0.5],
        "clinical_penalty": [10.0],
        "molecular_penalty": [1000.0],
        "min_samples_leaf": [10],
        "balance": [0.5],
    },
    "rank_lightgbm": {"n_estimators": [25, 50]},
    "biomarker_stack": {
        "clinical_penalty": [10.0],
        "molecular_penalty": [10.0, 30.0, 100.0],
        "balance": [0.0, 0.5],
    },
}
"""Default grid by model and parameter, apart from the models so that a study file is checked without loading them."""


def effective_search(model: str, changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Combine a model's own grid with the study's changes.

    Parameters
    ----------
    model
        Name of the model.
    changes
        Values by parameter, as in the study file.

    Returns
    -------
    dict of str to list
        Values to try by parameter.

    Raises
    ------
    StratifyError
        There is no such model or parameter (gives the nearest name), or a parameter has no values.

    Examples
    --------
    >>> effective_search("elastic_net", {"C": [1.0]})
    {'C': [1.0], 'l1_ratio': [0.1, 0.9]}
    """
    if model not in SEARCH_SPACES:
        raise StratifyError(f"unknown model {model!r}; {nearest(model, SEARCH_SPACES)}")
    own = SEARCH_SPACES[model]
    for parameter, values in changes.items():
        if parameter not in own:
            raise StratifyError(f"models.{model}.search: unknown parameter {parameter!r}; {nearest(parameter, own)}")
        if not values:
            raise StratifyError(f"models.{model}.search.{parameter}: give at least one value")
    return {**own, **changes}
