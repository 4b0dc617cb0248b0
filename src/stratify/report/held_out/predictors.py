"""Every predictor over all held-out cohorts: the rows of the heat map and the forest, and what the lead is held to."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from stratify.evaluate.pooling import MEAN_OF_COHORTS, RANDOM_EFFECTS, WEIGHTED_MEAN
from stratify.report.auroc_table import ENOUGH_SCORED, MEANS
from stratify.report.figures import ForestLine, HeatColumn, HeatRow, Mark, Series
from stratify.report.held_out.view import HeldOutView
from stratify.report.names import model_title
from stratify.report.numbers import ABSENT, count, interval, number, percent
from stratify.report.results import Comparison, Place
from stratify.report.style import SOFT
from stratify.report.tables import Cell

MARKED = "#a6611a"
"""Colour of what the lead is held to; told apart from the accent with any kind of colour vision."""

CHANCE = 0.5

MEAN_WORDS = {
    WEIGHTED_MEAN: "Mean weighted by patients",
    MEAN_OF_COHORTS: "Mean of cohorts",
    RANDOM_EFFECTS: "Random-effects mean",
}

NARROW_WORDS = {WEIGHTED_MEAN: "weighted mean", MEAN_OF_COHORTS: "mean of cohorts", RANDOM_EFFECTS: "random effects"}
"""The same over a narrow column."""


def groups(view: HeldOutView) -> dict[str, list[str]]:
    """Group the predictors: models, comparators, comparators of which too few patients have a score.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    dict of str to list of str
        Names by heading, each group in the order of the table; without empty groups.
    """
    share = view.aurocs.drop_duplicates("model").set_index("model")["share"]
    found: dict[str, list[str]] = {
        "Models of this study": [name for name in share.index if name in view.results.models],
        "Comparators": [],
        f"Scored in fewer than {percent(ENOUGH_SCORED)} of patients": [],
    }
    enough, few = list(found)[1:]
    for name, scored in share.items():
        if name not in view.results.models:
            found[enough if scored >= ENOUGH_SCORED else few].append(str(name))
    return {heading: names for heading, names in found.items() if names}


def heat_columns(view: HeldOutView) -> list[HeatColumn]:
    """List the cohorts with their patients, then the means over them."""
    apart = {one.name: one.duplicates if view.set_apart else 0 for one in view.cohorts}
    cohorts = [HeatColumn(view.short_labels[one.name], f"n {count(one.n - apart[one.name])}") for one in view.cohorts]
    return cohorts + [HeatColumn(NARROW_WORDS[name], mean=True) for name in _means(view)]


def _means(view: HeldOutView) -> list[str]:
    present = set(view.aurocs["cohort"])
    return [name for name in MEANS if name in present]


def heat_rows(view: HeldOutView) -> list[HeatRow]:
    """List the AUROC of every predictor in the columns of `heat_columns`, a heading before each group."""
    places = [*(one.name for one in view.cohorts), *_means(view)]
    table = view.aurocs.assign(firm=view.aurocs["low"].gt(CHANCE) | view.aurocs["high"].lt(CHANCE))
    found = {name: rows.set_index("cohort").reindex(places) for name, rows in table.groupby("model")}
    rows = []
    for heading, names in groups(view).items():
        rows.append(HeatRow(heading))
        rows += [
            HeatRow(
                model_title(name),
                found[name]["estimate"].tolist(),
                found[name]["firm"].eq(True).tolist(),
                marked=name == view.lead,
            )
            for name in names
        ]
    return rows


def forest_series(view: HeldOutView) -> dict[str, Series]:
    """Say how the forest tells apart models, what the lead is held to, and other comparators."""
    found = {"model": Series("Models of this study"), "other": Series("Comparators", SOFT, filled=False)}
    if view.results.study.reference:
        found["reference"] = Series("Reference", MARKED)
    if view.best_biomarker:
        found["biomarker"] = Series("Best single biomarker", MARKED, filled=False)
    return found


def forest_lines(view: HeldOutView) -> list[ForestLine]:
    """List the mean AUROC of every predictor, weighted by patients, with its prediction interval for a new hospital."""
    means, random = (_rows_of(view, cohort) for cohort in (WEIGHTED_MEAN, RANDOM_EFFECTS))
    lines = []
    for heading, names in groups(view).items():
        told = [name for name in names if name in means]
        lines += [ForestLine(heading, "heading")] if told else []
        for name in told:
            row, new = means[name], random.get(name, {})
            bounds = new.get("new_low", float("nan")), new.get("new_high", float("nan"))
            mark = Mark(row["estimate"], row["low"], row["high"], *bounds)
            scored = "" if row["share"] >= ENOUGH_SCORED else f" (n {count(row['n'])})"
            lines.append(ForestLine(model_title(name) + scored, "cohort", {_kind(view, name): mark}))
    return lines


def _rows_of(view: HeldOutView, cohort: str) -> dict[str, dict[str, Any]]:
    """Collect the rows of one cohort or mean that have an estimate, by predictor."""
    rows = view.aurocs[view.aurocs["cohort"].eq(cohort)].dropna(subset="estimate")
    return {str(row["model"]): {str(key): value for key, value in row.items()} for row in rows.to_dict("records")}


def _kind(view: HeldOutView, name: str) -> str:
    if name in view.results.models:
        return "model"
    if name == view.results.study.reference:
        return "reference"
    return "biomarker" if name == view.best_biomarker else "other"


@dataclass(frozen=True)
class Contest:
    """The lead model against one comparator, by each way of averaging."""

    name: str
    title: str
    why: str
    """What makes the comparator one to be held to."""

    cells: list[Cell]
    """Difference with interval, in the order of `MEANS`."""

    n: str
    """Patients both can score."""


def contests(view: HeldOutView) -> list[Contest]:
    """Set the lead model against the study's reference and against the best single biomarker, by every mean.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of Contest
        Empty where there is only one cohort.
    """
    role = view.roles[-1]
    if len(view.of_role(role)) < 2:
        return []
    named = {view.best_biomarker: "best single biomarker", view.results.study.reference: "reference of the study"}
    found = [_contest(view, name, why, role) for name, why in reversed(named.items()) if name]
    return [one for one in found if any(cell.value != ABSENT for cell in one.cells)]


def _contest(view: HeldOutView, name: str, why: str, role: str) -> Contest:
    compared = [view.results.comparison(view.lead, name, "auroc", Place(mean, role, view.subgroup)) for mean in MEANS]
    n = next((count(one.n) for one in compared if one is not None), ABSENT)
    return Contest(name, model_title(name), why, [_cell(one) for one in compared], n)


def _cell(one: Comparison | None) -> Cell:
    if one is None or pd.isna(one.difference):
        return Cell(ABSENT)
    return Cell(number(one.difference), interval(one.low, one.high))
