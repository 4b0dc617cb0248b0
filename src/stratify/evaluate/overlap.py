"""The fifth canary: no patient stands on both sides of a split, under one name or two."""

import pandas as pd

from stratify.artifacts.assemble import IDENTITY
from stratify.assemble.duplicates import SHARED_FEATURES, comparable_patients, suspected_duplicates
from stratify.evaluate.canaries import OVERLAP

EVERY_MODEL = "all"
"""Stands in the place of a model's name for canaries of the data that every model was given."""

SHOWN = 3


def overlap(splits: pd.DataFrame, table: pd.DataFrame, *, study_id: str) -> pd.DataFrame:
    """Count patients, and pairs of patients who look like one, on both sides of a split.

    Parameters
    ----------
    splits : DataFrame
        Rows of the `splits` contract.
    table : DataFrame
        The study table.
    study_id
        Name of the study.

    Returns
    -------
    DataFrame
        Two rows of the `canary measures` contract, with limit 0: patients on both sides of a
        split, and pairs of suspected duplicates (see `suspected_duplicates`) among the `n` who can be compared.
    """
    sides = splits.drop_duplicates(["split", "patient_id", "role"])
    both = sides.loc[sides.duplicated(["split", "patient_id"]), "patient_id"].drop_duplicates().sort_values()
    features = table.set_index("patient_id").drop(columns=[name for name in IDENTITY if name != "patient_id"])
    pairs = _across(suspected_duplicates(features), splits)
    duplicates = [f"{pair.first} = {pair.second}" for pair in pairs.itertuples()]
    n, compared = splits["patient_id"].nunique(), comparable_patients(features)
    return pd.DataFrame(
        [
            _measure("patients on both sides of a split", both.tolist(), n, "none"),
            _measure(
                "pairs of suspected duplicates on both sides of a split",
                duplicates,
                compared,
                "none" if compared else f"not compared: nobody has {SHARED_FEATURES} numeric features",
            ),
        ]
    ).assign(study=study_id, model=EVERY_MODEL, canary=OVERLAP, limit=0.0)


def _across(pairs: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs of which some split has one patient on each side."""
    sides = splits.drop_duplicates(["split", "patient_id"])
    roles = sides.pivot(index="patient_id", columns="split", values="role")  # noqa: PD010 - nothing to aggregate
    first, second = (roles.reindex(pairs[column]).reset_index(drop=True) for column in ("first", "second"))
    parted = (first.notna() & second.notna() & (first != second)).any(axis=1)
    return pairs[parted.to_numpy(dtype=bool)]


def _measure(measure: str, offenders: list[str], n: int, otherwise: str) -> dict[str, object]:
    shown = "; ".join(offenders[:SHOWN]) + ("; …" if len(offenders) > SHOWN else "")
    return {"measure": measure, "value": float(len(offenders)), "n": n, "detail": shown or otherwise}
