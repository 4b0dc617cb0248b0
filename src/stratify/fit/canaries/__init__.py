"""Checks that a model learned nothing it should not know; run with every fit, judged by `evaluate`.

Each module measures one canary. They compare the run that is reported with runs from harmonized cohorts that were
tampered with, assembled and fitted by the same code, so that a leak in `assemble` is seen as well as one in a pipeline.
What they cannot see is a feature that already knew the outcome in the source.
"""

import pandas as pd

from stratify.artifacts.split import FINAL
from stratify.fit.canaries.comparators import comparator_scores
from stratify.fit.canaries.cut_offs import cut_offs
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.canaries.garbage import garbage_in_held_out_rows
from stratify.fit.canaries.permuted import permuted_labels
from stratify.fit.canaries.row_order import row_order
from stratify.fit.canaries.single_patient import single_patient
from stratify.fit.cross_fit import CrossFit
from stratify.score.model import PatientModel


def measure_canaries(
    experiment: Experiment, reported: CrossFit, final: PatientModel, table: pd.DataFrame
) -> pd.DataFrame:
    """Measure canaries 1 to 4, and the cut-offs of the card, for one model.

    Parameters
    ----------
    experiment
        How the model is made from harmonized cohorts.
    reported
        The run whose predictions are reported.
    final
        The model that will be registered.
    table
        The study table of the reported run.

    Returns
    -------
    DataFrame
        As in `artifacts.fit.CANARY_MEASURES`.
    """
    rows = [
        *garbage_in_held_out_rows(experiment, reported, table),
        permuted_labels(experiment, reported.tuned[FINAL].parameters),
        row_order(experiment, reported),
        *single_patient(experiment, final, table, reported),
        cut_offs(experiment.study.strata, final),
    ]
    return pd.DataFrame(rows).assign(study=experiment.name, model=experiment.model)


__all__ = ["Experiment", "comparator_scores", "measure_canaries"]
