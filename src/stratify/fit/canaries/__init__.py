"""Checks that a model learned nothing it should not know; run with every fit, judged by `evaluate`.

Each module measures one canary. They start from the harmonized cohorts and assemble the study again, so that a leak
in `assemble` is seen as well as one in a pipeline.
"""

from collections.abc import Mapping

import pandas as pd

from stratify.fit.canaries.experiment import Experiment
from stratify.fit.canaries.garbage import garbage_in_held_out_rows
from stratify.fit.canaries.permuted import permuted_labels
from stratify.fit.canaries.row_order import row_order
from stratify.fit.canaries.single_patient import single_patient
from stratify.score.model import PatientModel


def measure_canaries(
    experiment: Experiment, final: PatientModel, table: pd.DataFrame, parameters: Mapping[str, object]
) -> pd.DataFrame:
    """Measure canaries 1 to 4 for one model.

    Parameters
    ----------
    experiment
        How the model is made from harmonized cohorts.
    final
        The model that will be registered.
    table
        The study table.
    parameters
        Hyper-parameters of the final model, for the canary that does not tune.

    Returns
    -------
    DataFrame
        As in `artifacts.fit.CANARY_MEASURES`.
    """
    rows = [
        *garbage_in_held_out_rows(experiment),
        permuted_labels(experiment, parameters),
        row_order(experiment),
        single_patient(final, table),
    ]
    return pd.DataFrame(rows).assign(study=experiment.name, model=experiment.model)


__all__ = ["Experiment", "measure_canaries"]
