"""Models a study can name: each knows how to build its pipeline. Their grids are in `stratify.config.search`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.fit.models import (
    biomarker_stack,
    elastic_net,
    ensemble,
    extra_trees,
    grouped_ridge,
    invariant_ridge,
    lightgbm,
    rank_lightgbm,
    ridge_and_trees,
    spline_logistic,
)
from stratify.fit.models.directions import NO_DIRECTIONS


class Build(Protocol):
    """Make the unfitted pipeline for a feature frame, a seed, and the directions known beforehand.

    The pipeline takes a DataFrame and ends in a step `classifier`, to which the grid's parameters belong.
    """

    def __call__(
        self, features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS
    ) -> Pipeline:
        """Build."""
        ...


MODELS: Mapping[str, Build] = MappingProxyType(
    {
        "elastic_net": elastic_net.build,
        "spline_logistic": spline_logistic.build,
        "lightgbm": lightgbm.build,
        "ensemble": ensemble.build,
        "grouped_ridge": grouped_ridge.build,
        "invariant_ridge": invariant_ridge.build,
        "extra_trees": extra_trees.build,
        "ridge_and_trees": ridge_and_trees.build,
        "rank_lightgbm": rank_lightgbm.build,
        "biomarker_stack": biomarker_stack.build,
    }
)
"""By name."""
