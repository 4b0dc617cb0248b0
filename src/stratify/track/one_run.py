"""What is recorded is of one run: its checks passed, its estimates are those of its fits, its models those judged."""

import numpy as np
import pandas as pd

from stratify.artifacts.split import FINAL
from stratify.errors import StratifyError
from stratify.evaluate.apparent import inner
from stratify.evaluate.canaries import describe_failures
from stratify.score import PatientModel
from stratify.wording import counted

TOLERANCE = 1e-9
AGAIN = "run the stages from `fit` again"


def refuse_failed(canaries: pd.DataFrame, study: str) -> None:
    """Refuse the results of a run whose canaries failed.

    Parameters
    ----------
    canaries : DataFrame
        Rows of the `canaries` contract.
    study
        Name of the study.

    Raises
    ------
    StratifyError
        Names each failed canary and its step.
    """
    failures = describe_failures(canaries)
    if failures:
        raise StratifyError(
            f"study {study}: {len(failures)} of {len(canaries)} canaries failed, so nothing is recorded and no model "
            f"is registered: {' | '.join(failures)}"
        )


def require_own_estimates(metrics: pd.DataFrame, tuning: pd.DataFrame, model: str) -> None:
    """Check that the inner estimates on which the champion is chosen are those of the model's tuning.

    Parameters
    ----------
    metrics : DataFrame
        Rows of the `metrics` contract.
    tuning : DataFrame
        Rows of the `tuning` contract of the model.
    model
        Name of the model.

    Raises
    ------
    StratifyError
        `evaluate` saw another tuning, or a table was changed since.
    """
    mine = metrics[metrics["model"].eq(model) & metrics["role"].eq("train") & metrics["subgroup"].eq("all")]
    judged = mine.drop_duplicates("metric").set_index("metric")["estimate"]
    for metric, estimate in inner(tuning):
        found = judged.get(metric)
        if found is not None and not np.isclose(found, estimate.value, rtol=0, atol=TOLERANCE, equal_nan=True):
            raise StratifyError(
                f"{model}: {metric} is {found:g} in the metrics, but {estimate.value:g} in its tuning results: they "
                f"are of different runs, and the champion would be chosen on neither; {AGAIN}"
            )


def require_judged_model(model: PatientModel, predictions: pd.DataFrame, table: pd.DataFrame, name: str) -> None:
    """Check that a model gives the training patients the probabilities that were judged.

    Parameters
    ----------
    model
        As loaded from the results.
    predictions : DataFrame
        Rows of the `predictions` contract of the model.
    table : DataFrame
        The study table.
    name
        Name of the model in the study.

    Raises
    ------
    StratifyError
        The folder holds the model of another fit.
    """
    trained = predictions[predictions["split"].eq(FINAL) & predictions["role"].eq("train")]
    judged = trained.set_index("patient_id")["probability"]
    patients = table.set_index("patient_id").reindex(judged.index)
    lacking = [feature for feature in model.card.feature_names if feature not in patients]
    again = None if lacking else model.score(patients)["probability"]
    if again is None or not np.allclose(again, judged, rtol=0, atol=TOLERANCE, equal_nan=True):
        differing = len(judged) if again is None else int((~np.isclose(again, judged, rtol=0, atol=TOLERANCE)).sum())
        raise StratifyError(
            f"{name}: the model in the results gives {counted(differing, 'training patient')} of {len(judged)} another "
            f"probability than its predictions say: it is not the model that was judged; {AGAIN}"
        )
