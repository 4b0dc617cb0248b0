"""Models a study can name: each knows how to build its pipeline. Their grids are in `stratify.config.search`."""

from collections.abc import Callable

import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.fit.models import elastic_net, lightgbm

Build = Callable[[pd.DataFrame, int], Pipeline]

MODELS: dict[str, Build] = {"elastic_net": elastic_net.build, "lightgbm": lightgbm.build}
"""By name: makes the unfitted pipeline for a feature frame and a seed. The pipeline takes a DataFrame and ends in a
step `classifier`, to which the grid's parameters belong."""
