"""Models a study can name: each knows how to build its pipeline and which hyper-parameters are worth trying."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.errors import StratifyError, nearest
from stratify.fit.models import elastic_net, lightgbm

Grid = Mapping[str, list[Any]]


@dataclass(frozen=True)
class Model:
    """A kind of model.

    Parameters
    ----------
    build
        Makes the unfitted pipeline for a feature frame and a seed. The pipeline ends in a step `classifier` and takes
        a DataFrame.
    search
        Default hyper-parameter grid, by parameter name of the classifier.
    """

    build: Callable[[pd.DataFrame, int], Pipeline]
    search: Grid


MODELS = {
    "elastic_net": Model(elastic_net.build, elastic_net.SEARCH),
    "lightgbm": Model(lightgbm.build, lightgbm.SEARCH),
}


def find_model(name: str) -> Model:
    """Look a model up by name.

    Raises
    ------
    StratifyError
        There is no such model; the message gives the nearest name.
    """
    if name not in MODELS:
        raise StratifyError(f"unknown model {name!r}; {nearest(name, MODELS)}")
    return MODELS[name]


def search_grid(name: str, changes: Grid) -> dict[str, list[Any]]:
    """Combine a model's own grid with the study's changes.

    Parameters
    ----------
    name
        Name of the model.
    changes
        Parameters whose values the study gives.

    Returns
    -------
    dict of str to list
        Keys as scikit-learn expects them for the pipeline (`classifier__C`).

    Raises
    ------
    StratifyError
        A key is no hyper-parameter of the model.
    """
    model = find_model(name)
    for parameter, values in changes.items():
        if parameter not in model.search:
            raise StratifyError(
                f"models.{name}.search: unknown parameter {parameter!r}; {nearest(parameter, model.search)}"
            )
        if not values:
            raise StratifyError(f"models.{name}.search.{parameter}: give at least one value")
    return {f"classifier__{parameter}": list(values) for parameter, values in {**model.search, **changes}.items()}
