"""The table of sensitivity analyses of a study."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from stratify.artifacts.evaluate import CURVE, LABEL, LOCAL, SENSITIVITY, WITHOUT
from stratify.artifacts.split import DUPLICATE
from stratify.config.study import StudyConfig
from stratify.evaluate.cohort import Cohort, cohorts_of
from stratify.evaluate.intervals import DRAWS
from stratify.evaluate.sensitivity.curve import learning_curve_rows
from stratify.evaluate.sensitivity.judged import Judge
from stratify.evaluate.sensitivity.local import local_recalibration
from stratify.evaluate.sensitivity.variants import relabelled, without
from stratify.evaluate.subgroups import subgroups_of

Row = dict[str, object]


def sensitivity(
    predictions: pd.DataFrame,
    splits: pd.DataFrame,
    labels: pd.DataFrame,
    leaving: pd.DataFrame,
    pools: Mapping[str, str] = MappingProxyType({}),
    *,
    curve: pd.DataFrame,
    study_id: str,
    study: StudyConfig,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Judge the held-out predictions again: by other labels, without some patients, after local recalibration.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract: all models and comparators.
    splits : DataFrame
        Rows of the `splits` contract, which name the suspected duplicates of training patients.
    labels, leaving : DataFrame
        Rows of the `labels` and `left out` contracts.
    pools
        Patient pool by cohort.
    curve : DataFrame
        Rows of the `learning curve` contract, of every model.
    study_id
        Name of the study.
    study
        The study; its key `sensitivity` says what to do.
    draws
        Number of bootstrap draws.

    Returns
    -------
    DataFrame
        The `sensitivity` contract; empty where the study asks for nothing.
    """
    rows: list[Row] = []
    if study.sensitivity.asks:
        cohorts = _headline(cohorts_of(predictions, splits, pools, seed=study.seed, draws=draws))
        rows += _variants(cohorts, labels, leaving)
        if study.sensitivity.local_patients:
            local = local_recalibration(cohorts, study.sensitivity.local_patients, seed=study.seed)
            rows += [{"analysis": LOCAL} | row for row in local]
    rows += [{"analysis": CURVE} | row for row in learning_curve_rows(_not_apart(curve, splits))]
    return pd.DataFrame(rows, columns=list(SENSITIVITY.columns)).assign(study=study_id)


def _headline(cohorts: Sequence[Cohort]) -> list[Cohort]:
    """Take the held-out patients that the headline is about."""
    return list(subgroups_of(cohorts).values())[-1]


def _not_apart(curve: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """Leave out who looks like a training patient of the split, as the headline does."""
    apart = pd.MultiIndex.from_frame(splits.loc[splits["role"].eq(DUPLICATE), ["split", "patient_id"]])
    return curve[~pd.MultiIndex.from_frame(curve[["split", "patient_id"]]).isin(apart)]


def _variants(cohorts: Sequence[Cohort], labels: pd.DataFrame, leaving: pd.DataFrame) -> Iterator[Row]:
    judge = Judge(cohorts)
    for name, rows in labels.groupby("label", sort=False):
        place = {"analysis": LABEL, "variant": str(name)}
        yield from (place | row for row in judge(relabelled(rows.set_index("patient_id")["y"]), each=True))
    for (analysis, variant), rows in leaving.groupby(["analysis", "variant"], sort=False):
        place = {"analysis": str(analysis), "variant": str(variant)}
        yield from (place | row for row in judge(without(rows["patient_id"]), each=analysis == WITHOUT))
