"""The number of cores changes no prediction."""

import pandas as pd
import pytest

from stratify.artifacts.fit import PREDICTIONS
from stratify.artifacts.store import read_table

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


PREDICTIONS_OF_ALPHA = [
    f"results/fit/alpha-response/{model}/predictions.parquet" for model in ("elastic_net", "lightgbm", "comparators")
]


def test_one_core_and_two_give_the_same_predictions(clone, finished):
    run = clone.snakemake(*PREDICTIONS_OF_ALPHA, cores=1)
    assert run.code == 0, run.text
    for path in PREDICTIONS_OF_ALPHA:
        with_one, with_two = (read_table(PREDICTIONS, project.folder / path) for project in (clone, finished))
        pd.testing.assert_frame_equal(with_one, with_two, check_exact=True)
