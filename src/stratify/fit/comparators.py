"""The comparators that are always there: training prevalence, group means, and each published biomarker."""

import logging
from collections.abc import Mapping, Sequence

import pandas as pd

from stratify.assemble.features import model_features
from stratify.assemble.signatures import Signature
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError, nearest
from stratify.fit.baselines import PLAIN_RIDGE, one_feature_logistic, plain_ridge
from stratify.fit.cross_fit import RESULT_COLUMNS, rows_to_predict, split_rows
from stratify.fit.published import (
    PUBLISHED,
    RELATIVE,
    CohortExpression,
    CohortRelative,
    Published,
    TooFewPatientsError,
)
from stratify.log_odds import log_odds

logger = logging.getLogger(__name__)

PREVALENCE = "prevalence"
GROUP_MEAN = "group_mean"


def compare(
    study: StudyConfig,
    table: pd.DataFrame,
    splits: pd.DataFrame,
    signatures: Mapping[str, Signature],
    expression: Sequence[CohortExpression] = (),
) -> pd.DataFrame:
    """Predict every patient with every comparator.

    Parameters
    ----------
    study
        The study.
    table
        The study table.
    splits
        As in `artifacts.split.SPLITS`.
    signatures
        The catalogue, for the published directions.
    expression
        Of the table's patients, cohort by cohort, for the comparators that read it.

    Returns
    -------
    DataFrame
        As in `artifacts.fit.PREDICTIONS`, without `study`. What learns (`prevalence`, `group_mean`, refitted published
        models, models of one biomarker, the plain ridge) has a row a patient and split; biomarkers and published
        formulas learn nothing and have a row a patient.
    """
    patients = table.sort_values("patient_id", ignore_index=True)
    group = study.group_by or "cohort"
    published = {name: PUBLISHED[name] for name in study.comparators if name in PUBLISHED}
    refitted = {name: one for name, one in published.items() if one.learns}
    biomarkers = directions(study, table, signatures)
    alone = list(biomarkers) if study.biomarker_models else []
    parts, predicted = [], []
    for _, members in splits.groupby("split", sort=True):
        train, _ = split_rows(patients, members)
        rows = rows_to_predict(patients, members)
        parts += [_naive(train, rows, group), *(_refitted(train, rows, one, study.seed) for one in refitted.values())]
        parts += [one_feature_logistic(train, rows, feature) for feature in alone]
        if PLAIN_RIDGE in study.comparators:
            parts.append(plain_ridge(train, rows, _measurements(study, table)))
        predicted.append(rows)
    judged = _in_their_role(patients, pd.concat(predicted))
    parts += [_formula(judged, one, study.seed) for name, one in published.items() if name not in refitted]
    relative = [RELATIVE[name] for name in study.comparators if name in RELATIVE]
    parts += [_relative(judged, one, expression) for one in relative]
    parts += [_biomarker(judged, name, higher=higher) for name, higher in biomarkers.items()]
    columns = ["model", *RESULT_COLUMNS]
    return pd.concat(parts, ignore_index=True).astype({"repeat": "Int64"})[columns]


def directions(study: StudyConfig, table: pd.DataFrame, signatures: Mapping[str, Signature]) -> dict[str, bool]:
    """List the published biomarkers present in a table.

    Parameters
    ----------
    study
        The study; its `biomarkers` are single features.
    table
        The study table.
    signatures
        The catalogue; every signature in the table whose direction was published is a biomarker.

    Returns
    -------
    dict of str to bool
        Feature name to whether higher values are published to mean the positive class.
    """
    scored = {
        f"sig.{name}": signature.higher_means_response == (study.positive_is == "favourable")
        for name, signature in signatures.items()
        if f"sig.{name}" in table and signature.higher_means_response is not None
    }
    named = {feature: direction == "higher" for feature, direction in study.biomarkers.items()}
    texts = [feature for feature in named if not pd.api.types.is_numeric_dtype(table[feature])]
    if texts:
        numeric = [name for name in table.columns if "." in name and pd.api.types.is_numeric_dtype(table[name])]
        raise StratifyError(f"biomarkers: {texts[0]!r} is not a number; {nearest(texts[0], numeric)}")
    return {**scored, **named}


def _measurements(study: StudyConfig, table: pd.DataFrame) -> list[str]:
    """List the models' features that are no clinical facts."""
    found = [name for name in model_features(study, table.columns) if not name.startswith("clin.")]
    if not found:
        raise StratifyError(
            f"comparators: {PLAIN_RIDGE!r} needs features that are measured; the study has clinical only"
        )
    return found


def _naive(train: pd.DataFrame, rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """Predict by the mean label of all training patients, and of those in the same group."""
    prevalence = pd.Series(float(train["y"].mean()), index=rows.index)
    of_group = rows[group].map(train.groupby(group)["y"].mean().astype("float64")).astype("float64").fillna(prevalence)
    return pd.concat(
        [
            rows.assign(model=name, score=log_odds(probability.to_numpy()), probability=probability)
            for name, probability in ((PREVALENCE, prevalence), (GROUP_MEAN, of_group))
        ]
    )


def _refitted(train: pd.DataFrame, rows: pd.DataFrame, comparator: Published, seed: int) -> pd.DataFrame:
    """Fit a published model on the training patients it has the inputs of, and predict those it can."""
    try:
        fitted = comparator.fit(train, train["y"].astype(int), seed)
    except TooFewPatientsError as error:
        logger.warning("split %s: nobody is scored: %s", rows["split"].iloc[0], error)
        return rows.assign(model=comparator.name, score=float("nan"), probability=float("nan"))
    return rows.assign(model=comparator.name, **comparator.score(fitted, rows))


def _in_their_role(patients: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """Give each patient the role in which what learns nothing is judged: held out where the design holds them out."""
    held_out = predicted[predicted["role"].ne("train")].drop_duplicates("patient_id").set_index("patient_id")["role"]
    role = held_out.reindex(patients["patient_id"]).fillna("train").to_numpy()
    return patients.assign(role=role, repeat=None, split=None)


def _formula(judged: pd.DataFrame, comparator: Published, seed: int) -> pd.DataFrame:
    """Score by a published formula; a patient it cannot score keeps a row with a null score.

    The patients it was fitted to are no held-out patients of its own: where the design holds them out, it does not
    score them.
    """
    fitted = comparator.fit(judged, judged["y"].astype(int), seed)
    known = judged["cohort"].isin(comparator.fitted_to) & judged["role"].ne("train")
    if known.any():
        logger.info("%s: not judged on %d patients it was fitted to", comparator.name, int(known.sum()))
    scored = comparator.score(fitted, judged).mask(known)
    return judged.assign(model=comparator.name, **scored)


def _relative(judged: pd.DataFrame, comparator: CohortRelative, expression: Sequence[CohortExpression]) -> pd.DataFrame:
    """Score each cohort by itself; a patient without expression keeps a row with a null score."""
    scores = pd.concat([pd.Series(dtype="float64"), *(comparator.score(cohort) for cohort in expression)])
    score = judged["patient_id"].map(scores).astype("float64")
    logger.info("%s: %d of %d patients scored, relative to their cohort", comparator.name, score.count(), len(score))
    return judged.assign(model=comparator.name, score=score, probability=float("nan"))


def _biomarker(judged: pd.DataFrame, feature: str, *, higher: bool) -> pd.DataFrame:
    """Rank by a published biomarker; a patient without it keeps a row with a null score."""
    score = judged[feature] if higher else -judged[feature]
    return judged.assign(model=feature, score=score.astype("float64"), probability=float("nan"))
