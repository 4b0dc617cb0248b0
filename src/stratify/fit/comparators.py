"""The comparators that are always there: training prevalence, group means, and each published biomarker."""

from collections.abc import Mapping

import pandas as pd

from stratify.artifacts.split import FINAL
from stratify.assemble.signatures import Signature
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError, nearest
from stratify.fit.cross_fit import RESULT_COLUMNS, split_rows
from stratify.log_odds import log_odds

PREVALENCE = "prevalence"
GROUP_MEAN = "group_mean"


def compare(
    study: StudyConfig, table: pd.DataFrame, splits: pd.DataFrame, signatures: Mapping[str, Signature]
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

    Returns
    -------
    DataFrame
        As in `artifacts.fit.PREDICTIONS`, without `study`. `prevalence` and `group_mean` learn from training rows and
        have a row a patient and split; biomarkers learn nothing and have a row a patient.
    """
    patients = table.sort_values("patient_id", ignore_index=True)
    group = study.group_by or "cohort"
    trained = [_trained(patients, members, group) for _, members in splits.groupby("split", sort=True)]
    fixed = [
        _fixed(patients, feature, higher=higher) for feature, higher in directions(study, table, signatures).items()
    ]
    columns = ["model", *RESULT_COLUMNS]
    return pd.concat([*trained, *fixed], ignore_index=True).astype({"repeat": "Int64"})[columns]


def directions(study: StudyConfig, table: pd.DataFrame, signatures: Mapping[str, Signature]) -> dict[str, bool]:
    """List the published biomarkers present in a table.

    Parameters
    ----------
    study
        The study; its `biomarkers` are single features.
    table
        The study table.
    signatures
        The catalogue; every signature in the table is a biomarker.

    Returns
    -------
    dict of str to bool
        Feature name to whether higher values are published to mean the positive class.
    """
    scored = {
        f"sig.{name}": signature.higher_means_response == (study.positive_is == "favourable")
        for name, signature in signatures.items()
        if f"sig.{name}" in table
    }
    named = {feature: direction == "higher" for feature, direction in study.biomarkers.items()}
    texts = [feature for feature in named if not pd.api.types.is_numeric_dtype(table[feature])]
    if texts:
        numeric = [name for name in table.columns if "." in name and pd.api.types.is_numeric_dtype(table[name])]
        raise StratifyError(f"biomarkers: {texts[0]!r} is not a number; {nearest(texts[0], numeric)}")
    return {**scored, **named}


def _trained(patients: pd.DataFrame, members: pd.DataFrame, group: str) -> pd.DataFrame:
    """Predict by the mean label of all training patients, and of those in the same group."""
    train, test = split_rows(patients, members)
    split = members["split"].iloc[0]
    rows = train if split == FINAL else test
    prevalence = pd.Series(float(train["y"].mean()), index=rows.index)
    of_group = rows[group].map(train.groupby(group)["y"].mean().astype("float64")).astype("float64").fillna(prevalence)
    common = rows.assign(repeat=members["repeat"].iloc[0], split=split, role="train" if split == FINAL else "cv")
    return pd.concat(
        [
            common.assign(model=name, score=log_odds(probability.to_numpy()), probability=probability)
            for name, probability in ((PREVALENCE, prevalence), (GROUP_MEAN, of_group))
        ]
    )


def _fixed(patients: pd.DataFrame, feature: str, *, higher: bool) -> pd.DataFrame:
    """Rank by a published biomarker; a patient without it keeps a row with a null score."""
    score = patients[feature] if higher else -patients[feature]
    return patients.assign(
        model=feature, repeat=None, split=None, role="cv", score=score.astype("float64"), probability=float("nan")
    )
