"""Build the study table: one row a patient, with labels and features, and the count of who was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from stratify.artifacts.assemble import IDENTITY
from stratify.artifacts.harmonize import AS_PUBLISHED, BASELINE
from stratify.assemble.attrition import AttritionLog
from stratify.assemble.class_counts import class_counts
from stratify.assemble.cohort import Cohort
from stratify.assemble.duplicates import suspected_duplicates
from stratify.assemble.endpoints import label
from stratify.assemble.features import feature_values, gene_universe, of_comparators, requested, resolve_features
from stratify.assemble.outcomes import refuse_outcomes
from stratify.assemble.signatures import Signature
from stratify.assemble.units import check_units
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError, nearest
from stratify.wording import counted


@dataclass(frozen=True)
class Assembled:
    """A study's patients.

    Parameters
    ----------
    table : DataFrame, shape (n_patients, …)
        As in `artifacts.assemble.TABLE`, sorted by `patient_id`.
    attrition : DataFrame
        As in `artifacts.assemble.ATTRITION`.
    samples : Index of str
        The sample each patient of the table is described by.
    """

    table: pd.DataFrame
    attrition: pd.DataFrame
    samples: pd.Index


def assemble(
    name: str, study: StudyConfig, cohorts: Sequence[Cohort], signatures: Mapping[str, Signature]
) -> Assembled:
    """Put the cohorts of a study into one table.

    Nothing here looks at more than one patient, except the rule that keeps one baseline sample a patient and, within
    a single cohort where the study asks for it, the removal of suspected duplicates (those between cohorts stay and
    are set apart by `split`). Every signature the cohorts have the genes for is in the
    table, asked for or not: published biomarkers are always judged beside the models.

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
    Assembled

    Raises
    ------
    StratifyError
        A feature exists in no cohort, an endpoint column is missing, units do not go together, a patient is in two
        cohorts, a feature is an outcome, nobody or only one class remains, or nobody has a value of a feature that the
        study names.
    """
    universe = gene_universe(study, cohorts)
    values = {cohort.name: feature_values(cohort, signatures, universe) for cohort in cohorts}
    every = list(dict.fromkeys(column for frame in values.values() for column in frame.columns))
    available = [column for column in every if not column.endswith(AS_PUBLISHED)]
    used = resolve_features(study.features, available)
    check_units(study, cohorts, used)
    for cohort in cohorts:
        refuse_outcomes(cohort, values[cohort.name], used)
    scored = {column for frame in values.values() for column in frame.columns[frame.notna().any()]}
    others = [column for column in available if column.startswith("sig.") and column in scored]
    columns = list(dict.fromkeys([*used, *resolve_features(requested(study), available), *others]))
    by_formulas = [column + AS_PUBLISHED for column in of_comparators(study)]
    columns += [column for column in every if column in by_formulas]
    parts = [_one_cohort(name, study, cohort, values[cohort.name].reindex(columns=columns), used) for cohort in cohorts]
    table = _as_text(pd.concat([part for part, _ in parts])).sort_values("patient_id")
    logs = [log for _, log in parts]
    _require_unique_patients(table)
    if study.exclude_suspected_duplicates and study.design.kind == "repeated_nested_cv":
        table = _without_duplicates(table, columns, logs)
    for log in logs:
        log.exclude("patients in the study", table.index[:0], table["y"])
    attrition = pd.concat([log.frame() for log in logs], ignore_index=True)
    _require_both_classes(name, table, attrition)
    _require_values(name, study, table)
    whole = table.reset_index(drop=True)[[*IDENTITY, *columns]].copy()  # columns of one type in one piece
    return Assembled(whole, attrition, table.index)


def _one_cohort(
    name: str, study: StudyConfig, cohort: Cohort, values: pd.DataFrame, used: list[str]
) -> tuple[pd.DataFrame, AttritionLog]:
    clinical = cohort.clinical.set_index("sample_id").sort_index()
    log = AttritionLog(name, cohort.name, clinical["patient_id"])
    remaining = _keep_baseline(clinical["timepoint"], log)
    for column, wanted in study.population.items():
        remaining = _keep_population(clinical.loc[remaining], column, wanted, log)
    labels = label(clinical.loc[remaining], study.endpoint, cohort.name)
    measured = values.reindex(index=remaining)[used].notna().any(axis="columns")
    remaining = _keep_one_sample(clinical.loc[remaining, "patient_id"], labels["y"].notna(), measured, log)
    for reason, samples in labels.loc[remaining].groupby("reason", sort=True):
        remaining = log.exclude(str(reason), samples.index, labels["y"])
    if not measured[remaining].all():
        remaining = log.exclude("no feature of the study measured", remaining[~measured[remaining]], labels["y"])
    identity = pd.DataFrame(
        {
            "patient_id": clinical.loc[remaining, "patient_id"],
            "cohort": cohort.name,
            "patient_pool": cohort.config.patient_pool,
            "study_family": cohort.config.study_family,
        }
    )
    known = labels.loc[remaining, ["y", "time_days", "event"]]
    return pd.concat([identity, known, values.reindex(index=remaining)], axis="columns"), log


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Give categories the type of text again, which a cohort without the column takes from them."""
    mixed = [column for column in table.columns if pd.api.types.is_object_dtype(table[column])]
    return table.astype(dict.fromkeys(mixed, "str"))


def _keep_baseline(timepoint: pd.Series, log: AttritionLog) -> pd.Index:
    remaining = timepoint.index
    for other in sorted(set(timepoint) - {BASELINE}):
        remaining = log.exclude(f"not before treatment ({other})", timepoint.index[timepoint.eq(other)])
    return remaining


def _keep_population(
    clinical: pd.DataFrame, column: str, wanted: Sequence[str | int | float], log: AttritionLog
) -> pd.Index:
    """Keep the samples with one of the wanted values."""
    if column not in clinical:
        has = [name for name in clinical.columns if name.startswith("clin.")]
        raise StratifyError(f"population: cohort {log.cohort!r} has no {column!r}; {nearest(column, has)}")
    remaining, values = clinical.index, clinical[column]
    for value in sorted(set(values.dropna()) - set(wanted), key=str):
        remaining = log.exclude(f"not in the study's population ({column} {value})", clinical.index[values.eq(value)])
    if values.isna().any():
        remaining = log.exclude(f"not in the study's population ({column} missing)", clinical.index[values.isna()])
    return remaining


def _keep_one_sample(
    patient_id: pd.Series, classifiable: pd.Series, measured: pd.Series, log: AttritionLog
) -> pd.Index:
    """Of a patient's baseline samples, keep the first by `sample_id` that has a label and measurements, if any has."""
    order = pd.DataFrame({"patient_id": patient_id, "unlabelled": ~classifiable, "unmeasured": ~measured})
    order = order.sort_values(["unlabelled", "unmeasured"], kind="stable")
    repeated = order.index[order["patient_id"].duplicated()]
    if repeated.empty:
        return patient_id.index
    return log.exclude("further baseline sample of the same patient", repeated.sort_values())


def _without_duplicates(table: pd.DataFrame, columns: list[str], logs: list[AttritionLog]) -> pd.DataFrame:
    """Take the later of two patients who look like one out of the study, in whichever cohort it is."""
    later = suspected_duplicates(table.set_index("patient_id")[columns])["second"]
    leaving = table["patient_id"].isin(later)
    for log in logs:
        samples = table.index[leaving & table["cohort"].eq(log.cohort)]
        log.exclude("suspected duplicate of another patient", samples, table["y"])
    return table[~leaving]


def _require_unique_patients(table: pd.DataFrame) -> None:
    repeated = table.loc[table["patient_id"].duplicated(), "patient_id"]
    if len(repeated):
        raise StratifyError(
            f"{len(repeated)} patients stand in more than one cohort of the study: {', '.join(repeated[:3])}"
        )


def _require_both_classes(name: str, table: pd.DataFrame, attrition: pd.DataFrame) -> None:
    if table["y"].nunique() < 2:
        moved = attrition["n_excluded"].mask(attrition["step"].eq(0), attrition["n_remaining"])
        steps = "; ".join(attrition["cohort"] + ", " + attrition["reason"] + ": " + moved.astype("str"))
        raise StratifyError(
            f"study {name!r}: a classifier needs patients of both classes, found {len(table)} in all: "
            f"{class_counts(table['cohort'], table['y'])}. Who was there and who left: {steps}"
        )


def _require_values(name: str, study: StudyConfig, table: pd.DataFrame) -> None:
    """Refuse a feature that the study names and nobody has; what only matches a pattern may be empty."""
    empty = [column for column in study.features if "*" not in column and table[column].isna().all()]
    if empty:
        raise StratifyError(
            f"study {name!r}: feature {empty[0]!r} has no value in any of its {counted(len(table), 'patient')} "
            f"({', '.join(table['cohort'].unique())}): it is missing or constant in every cohort, see their findings; "
            "take it out of `features`"
        )
