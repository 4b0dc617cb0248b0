"""The canaries in words: one entry a canary, with each model's verdict."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stratify.evaluate.overlap import EVERY_MODEL
from stratify.report.names import model_title
from stratify.report.numbers import count
from stratify.report.privacy import hide_ids
from stratify.report.wording import canary_words


@dataclass(frozen=True)
class Measure:
    """One measured value of a canary and its verdict."""

    model: str
    measure: str
    value: str
    limit: str
    n: str
    detail: str
    passed: bool


@dataclass(frozen=True)
class Canary:
    """One canary with its measures over models."""

    title: str
    meaning: str
    measures: list[Measure]

    @property
    def passed(self) -> bool:
        """Whether every measure stayed within its limit."""
        return all(measure.passed for measure in self.measures)


def canary_groups(canaries: pd.DataFrame, patient_ids: Collection[str] = ()) -> list[Canary]:
    """Group judged canary measures by canary, in the order they were run.

    Parameters
    ----------
    canaries
        Rows of `evaluate`'s `canaries.parquet`.
    patient_ids
        Identifiers to keep out of the details.

    Returns
    -------
    list of Canary
    """
    groups = []
    for name, rows in canaries.groupby("canary", sort=False):
        title, meaning = canary_words(str(name))
        groups.append(Canary(title, meaning, [_measure(row, patient_ids) for row in rows.to_dict("records")]))
    return groups


def _measure(row: dict[Hashable, Any], patient_ids: Collection[str]) -> Measure:
    return Measure(
        model="Every model" if row["model"] == EVERY_MODEL else model_title(row["model"]),
        measure=str(row["measure"]).replace("_", " "),
        value=_short(row["value"]),
        limit=_short(row["limit"]),
        n=count(row["n"]),
        detail=hide_ids(str(row["detail"]), patient_ids),
        passed=bool(row["passed"]) if pd.notna(row["passed"]) else False,
    )


def _short(value: float) -> str:
    """Write a measured value: plain where it reads well, else in powers of ten."""
    if pd.isna(value):
        return "–"
    if value == 0 or 0.001 <= abs(value) < 1e5:
        return f"{value:.3g}".replace("-", "−")
    if abs(value) == float("inf"):
        return "∞"
    mantissa, exponent = f"{value:.1e}".split("e")
    digits = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    mantissa = mantissa.removesuffix(".0").replace("-", "−")
    return f"10{digits}" if mantissa == "1" else f"{mantissa} × 10{digits}"
