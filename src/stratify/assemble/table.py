"""Build the study table: one row a patient, with labels and features, and the count of who was left out."""

from collections.abc import Mapping, Sequence

import pandas as pd

from stratify.artifacts.assemble import IDENTITY
from stratify.artifacts.harmonize import BASELINE
from stratify.assemble.attrition import AttritionLog
from stratify.assemble.cohort import Cohort
from stratify.assemble.duplicates import suspected_duplicates
from stratify.assemble.endpoints import label
from stratify.assemble.features import feature_values, requested, resolve_features
from stratify.assemble.signatures import Signature
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError


def assemble(
    name: str, study: StudyConfig, cohorts: Sequence[Cohort], signatures: Mapping[str, Signature]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the cohorts of a study into one table.

    Nothing here looks at more than one patient, except the rule that keeps one baseline sample a patient and, where
    the study asks for it, the removal of suspected duplicates.

    Parameters
    ----------
    name
        Study identifier.
    study
        The study file.
    cohorts
        Harmonized cohorts, in the order of the study file.
    signatures
        The signature catalogue.

    Returns
    -------
    table : DataFrame, shape (n_patients, …)
        As in `artifacts.assemble.TABLE`, sorted by `patient_id`.
    attrition : DataFrame
        As in `artifacts.assemble.ATTRITION`.

    Raises
    ------
    StratifyError
        A feature exists in no cohort, an endpoint column is missing, a patient is in two cohorts, or nobody remains.
    """
    values = {cohort.name: feature_values(cohort, signatures) for cohort in cohorts}
    available = list(dict.fromkeys(column for frame in values.values() for column in frame.columns))
    columns = resolve_features(requested(study), available)
    parts = [_one_cohort(name, study, cohort, values[cohort.name], columns) for cohort in cohorts]
    table = pd.concat([table for table, _ in parts], ignore_index=True)
    attrition = pd.concat([log.frame() for _, log in parts], ignore_index=True)
    _require_unique_patients(table)
    if table["y"].nunique() < 2:
        raise StratifyError(
            f"study {name!r}: {len(table)} patients remain, all with label {table['y'].unique().tolist()}; "
            "a classifier needs both classes. See the reasons in the attrition of its cohorts: "
            + "; ".join(f"{row.reason}: {row.n_excluded}" for row in attrition.itertuples())
        )
    return table.sort_values("patient_id", ignore_index=True)[[*IDENTITY, *columns]], attrition


def _one_cohort(
    name: str, study: StudyConfig, cohort: Cohort, values: pd.DataFrame, columns: list[str]
) -> tuple[pd.DataFrame, AttritionLog]:
    clinical = cohort.clinical.set_index("sample_id", drop=False).sort_index()
    log = AttritionLog(name, cohort.name, clinical.index)
    remaining = _keep_baseline(clinical, log)
    labels = label(clinical.loc[remaining], study.endpoint, cohort.name)
    for reason, samples in labels.groupby("reason", sort=True):
        remaining = log.exclude(str(reason), samples.index, labels["y"])
    features = values.reindex(index=remaining, columns=columns)
    if study.exclude_suspected_duplicates:
        later = pd.Index(suspected_duplicates(features)["second"].unique())
        remaining = log.exclude("suspected duplicate of another patient", later, labels["y"])
    log.exclude("patients in the study", remaining[:0], labels["y"])
    identity = pd.DataFrame(
        {
            "patient_id": clinical.loc[remaining, "patient_id"],
            "cohort": cohort.name,
            "patient_pool": cohort.config.patient_pool,
            "study_family": cohort.config.study_family,
        }
    )
    return pd.concat(
        [identity, labels.loc[remaining, ["y", "time_days", "event"]], features.loc[remaining]], axis="columns"
    ), log


def _keep_baseline(clinical: pd.DataFrame, log: AttritionLog) -> pd.Index:
    """Keep one sample a patient, taken before treatment; of several, the first by `sample_id`."""
    timepoint = clinical["timepoint"]
    for other in sorted(set(timepoint) - {BASELINE}):
        log.exclude(f"not before treatment ({other})", clinical.index[timepoint.eq(other)])
    baseline = clinical.loc[timepoint.eq(BASELINE), "patient_id"]
    repeated = baseline.index[baseline.duplicated()]
    if len(repeated):
        log.exclude("further baseline sample of the same patient", repeated)
    return baseline.index.difference(repeated, sort=False)


def _require_unique_patients(table: pd.DataFrame) -> None:
    repeated = table.loc[table["patient_id"].duplicated(), "patient_id"]
    if len(repeated):
        raise StratifyError(
            f"{len(repeated)} patients stand in more than one cohort of the study: {', '.join(repeated[:3])}"
        )
