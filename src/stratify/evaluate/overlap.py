"""The fifth canary: no patient stands on both sides of a split, under one name or two."""

from collections.abc import Iterable

import pandas as pd

from stratify.artifacts.assemble import IDENTITY
from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.artifacts.overlap import CHANCE
from stratify.assemble.duplicates import SHARED_FEATURES, comparable_patients, suspected_duplicates
from stratify.evaluate.canaries import OVERLAP
from stratify.wording import counted

EVERY_MODEL = "all"
"""Stands in the place of a model's name for canaries of the data that every model was given."""

COUNTS = ["observed", "n_identifiers", "n_profiles", "n_mutations"]
"""What the audit counts in a pair of cohorts, each null where it could not be compared."""

SHOWN = 3


def overlap(
    splits: pd.DataFrame,
    table: pd.DataFrame,
    *,
    study_id: str,
    pairs: pd.DataFrame | None = None,
    summary: pd.DataFrame | None = None,
    unit: str | None = None,
) -> pd.DataFrame:
    """Count patients, groups of patients, and pairs of patients who look like one, on both sides of a split.

    A pair is on both sides where one trains and the other is tested on. One who is held out as `duplicate` is not
    tested on, so is not counted. Of the pairs that the overlap audit lists, those that chance explains are not counted
    either: between cohorts that may share people (one pool or family) every pair counts, between others those beyond
    chance (see `stratify.split.overlap.suspected`).

    Parameters
    ----------
    splits : DataFrame
        Rows of the `splits` contract.
    table : DataFrame
        The study table.
    study_id
        Name of the study.
    pairs : DataFrame, optional
        Rows of the `overlap` contract.
    summary : DataFrame, optional
        Rows of the `overlap summary` contract; says which cohorts could not be compared.
    unit
        What the design leaves out together: `patient_pool`, or `study_family`, whose pools must then not be parted
        either. Not given, groups may be on both sides.

    Returns
    -------
    DataFrame
        Rows of the `canary measures` contract, with limit 0: patients on both sides of a split; pairs with the same
        feature values (see `suspected_duplicates`) among the `n` who can be compared; groups, where `unit` is given;
        and, where `pairs` is given, pairs that the audit suspects.
    """
    sides = splits.drop_duplicates(["split", "patient_id", "role"])
    both = sides.loc[sides.duplicated(["split", "patient_id"]), "patient_id"].drop_duplicates().sort_values()
    features = table.set_index("patient_id").drop(
        columns=[name for name in table if name in IDENTITY[1:] or str(name).endswith(AS_PUBLISHED)]
    )
    alike = _across(suspected_duplicates(features), splits)
    n, compared = splits["patient_id"].nunique(), comparable_patients(features)
    cohorts = table.set_index("patient_id")["cohort"]
    measures = [
        _measure("patients on both sides of a split", len(both), n, _shown(both) or "none"),
        _measure(
            "pairs of suspected duplicates on both sides of a split",
            len(alike),
            compared,
            _between_cohorts(alike, cohorts)
            or ("none" if compared else f"not compared: nobody has {SHARED_FEATURES} numeric features"),
        ),
    ]
    if unit is not None:
        measures.append(_groups(splits, table, unit))
    if pairs is not None:
        suspects = _across(pairs[pairs["judgement"] != CHANCE].drop_duplicates(["first", "second"]), splits)
        measures.append(
            _measure(
                "pairs the overlap audit suspects on both sides of a split",
                len(suspects),
                n,
                _between_cohorts(suspects, cohorts) or _audited(summary),
            )
        )
    return pd.DataFrame(measures).assign(study=study_id, model=EVERY_MODEL, canary=OVERLAP, limit=0.0)


def _groups(splits: pd.DataFrame, table: pd.DataFrame, unit: str) -> dict[str, object]:
    """Count the groups of which some split learns from one patient and judges another."""
    columns = list(dict.fromkeys([unit, "patient_pool"]))
    groups = table.set_index("patient_id")[columns].reindex(splits["patient_id"]).reset_index(drop=True)
    torn = []
    for column in columns:
        named = pd.DataFrame(
            {
                "split": splits["split"].to_numpy(),
                "group": groups[column],
                "role": splits["role"].eq("train").to_numpy(),
            }
        )
        sides = named.groupby(["split", "group"])["role"].nunique()
        torn += sorted(set(sides[sides > 1].index.get_level_values("group")))
    names = " or ".join(column.replace("_", " ") for column in columns)
    return _measure(
        f"groups ({names}) on both sides of a split",
        len(torn),
        sum(table[column].nunique() for column in columns),
        _shown(torn) or "none",
    )


def _across(pairs: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs of which some split trains on one patient and tests on the other."""
    sides = splits.drop_duplicates(["split", "patient_id"])
    roles = sides.pivot(index="patient_id", columns="split", values="role")  # noqa: PD010 - nothing to aggregate
    first, second = (roles.reindex(pairs[column]).reset_index(drop=True) for column in ("first", "second"))
    parted = ((first == "train") & (second == "test")) | ((first == "test") & (second == "train"))
    return pairs[parted.any(axis=1).to_numpy(dtype=bool)]


def _between_cohorts(pairs: pd.DataFrame, cohorts: pd.Series) -> str:
    """Say for each two cohorts how many patients of the one look like patients of the other, and name a few."""
    parts = []
    for (first, second), alike in pairs.groupby([pairs[side].map(cohorts) for side in ("first", "second")]):
        whom = "another of the same cohort" if first == second else f"one of {first}"
        n = alike["second"].nunique()
        named = (f"{one} = {other}" for one, other in zip(alike["first"], alike["second"], strict=True))
        parts.append(f"{counted(n, 'patient')} of {second} look{'s' if n == 1 else ''} like {whom} ({_shown(named)})")
    return "; ".join(parts)


def _audited(summary: pd.DataFrame | None) -> str:
    """Say that nothing was found, and how many pairs of cohorts that does not speak of."""
    blind = 0 if summary is None else int(summary[COUNTS].isna().all(axis="columns").sum())
    return f"none; nothing could be compared in {counted(blind, 'pair')} of cohorts" if blind else "none"


def _shown(names: Iterable[str]) -> str:
    listed = list(names)
    return "; ".join(listed[:SHOWN]) + ("; …" if len(listed) > SHOWN else "")


def _measure(measure: str, found: int, n: int, detail: str) -> dict[str, object]:
    return {"measure": measure, "value": float(found), "n": n, "detail": detail}
