"""The figures of a study with held-out cohorts."""

from collections.abc import Callable

import pandas as pd

from stratify.evaluate.cohort import INTERNAL
from stratify.evaluate.rows import ALL
from stratify.report import tables
from stratify.report.figures import (
    ForestLine,
    Mark,
    Panel,
    Series,
    calibration_grid,
    cohort_forest_figure,
    decision_grid,
    effects_figure,
    heat_map_figure,
)
from stratify.report.held_out.predictors import forest_lines, forest_series, heat_columns, heat_rows
from stratify.report.held_out.strata import strata_by_cohort
from stratify.report.held_out.view import HeldOutView, Judged
from stratify.report.illustration import Illustration
from stratify.report.numbers import number
from stratify.report.results import Comparison, Estimate, Place
from stratify.report.style import ACCENT, SOFT

ENOUGH = 30
"""Patients of the rarer class from which a decision curve of one cohort is drawn."""

STRATUM_COLOURS = ["#9aa5af", "#5f9aa5", ACCENT]


def illustrate_held_out(view: HeldOutView) -> dict[str, Illustration]:
    """Draw the figures of a study with held-out cohorts.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    dict of str to Illustration
        By name: `forest, differences, heat, predictors, calibration, decision, strata, effects`; `differences` only
        where there is something to compare with, `heat` and `predictors` where there are several cohorts.
    """
    drawn = {"forest": _forest(view)}
    if view.rival:
        drawn["differences"] = _differences(view)
    if len(view.cohorts) > 1:
        drawn |= {"heat": _heat(view), "predictors": _predictors(view)}
    return drawn | {
        "calibration": _calibration(view),
        "decision": _decision(view),
        "strata": _strata(view),
        "effects": Illustration(
            effects_figure(tables.strongest_features(view.results), view.results.study.positive),
            "Log odds ratio with 95% interval of the strongest features; the biomarker table holds the values.",
        ),
    }


def _series(view: HeldOutView) -> dict[str, Series]:
    lead = {view.lead: Series(view.lead_title)}
    return lead | ({view.rival: Series(view.rival_title, SOFT, filled=False)} if view.rival else {})


def _forest(view: HeldOutView) -> Illustration:
    series = _series(view)

    def marks(place: Place, metric: str = "auroc") -> dict[str, Mark]:
        found = {name: view.estimate(name, metric, place) for name in series}
        return {name: _mark(one) for name, one in found.items() if one is not None}

    lines = []
    for role in view.roles:
        lines += _of_role(view, role, lambda cohort: marks(view.place(cohort)))
        if len(view.of_role(role)) > 1:
            lines.append(ForestLine("Mean weighted by patients", "mean", marks(view.mean(role))))
            lines.append(ForestLine("Random-effects mean", "mean", marks(view.random_effects(role))))
            new = marks(view.random_effects(role), "auroc_new_cohort")
            known = {name: mark for name, mark in new.items() if pd.notna(mark.low)}
            what = "A new cohort there" if role == INTERNAL else "A new hospital"
            lines += [ForestLine(f"{what} (prediction)", "new", known)] if known else []
    against = f" and of {view.rival_title}" if view.rival else ""
    return Illustration(
        cohort_forest_figure(lines, series, quantity="AUROC", reference=0.5),
        f"AUROC with 95% interval of {view.lead_title}{against} in each held-out cohort, with means and prediction "
        "intervals; the performance table holds the values.",
    )


def _of_role(view: HeldOutView, role: str, marks: Callable[[Judged], dict[str, Mark]]) -> list[ForestLine]:
    heading = {ALL: "All held-out cohorts"}.get(role, f"{role.capitalize()} cohorts")
    cohorts = view.of_role(role) if role != ALL else []
    return [
        ForestLine(heading, "heading"),
        *(ForestLine(view.short_labels[one.name], "cohort", marks(one)) for one in cohorts),
    ]


def _mark(estimate: Estimate) -> Mark:
    return Mark(estimate.estimate, estimate.low, estimate.high)


def _differences(view: HeldOutView) -> Illustration:
    key = "difference"

    def marks(place: Place) -> dict[str, Mark]:
        row = view.against_rival("auroc", place)
        return {} if row is None else {key: _difference(row)}

    lines = []
    for role in view.roles:
        lines += _of_role(view, role, lambda cohort: marks(view.place(cohort)))
        if len(view.of_role(role)) > 1:
            lines.append(ForestLine("Mean weighted by patients", "mean", marks(view.mean(role))))
            lines.append(ForestLine("Random-effects mean", "mean", marks(view.random_effects(role))))
    quantity = f"AUROC of {view.lead_title} minus {view.rival_title}, same patients"
    return Illustration(
        cohort_forest_figure(lines, {key: Series(quantity)}, quantity=quantity, reference=0, digits=3),
        f"Paired difference in AUROC between {view.lead_title} and {view.rival_title} with 95% interval, cohort by "
        "cohort and averaged; the performance table holds the values.",
    )


def _heat(view: HeldOutView) -> Illustration:
    return Illustration(
        heat_map_figure(heat_rows(view), heat_columns(view)),
        "AUROC of every model and comparator in each held-out cohort and averaged over them, as coloured cells with "
        "the value in each; the table of all models holds the values by cohort.",
    )


def _predictors(view: HeldOutView) -> Illustration:
    return Illustration(
        cohort_forest_figure(
            forest_lines(view), forest_series(view), quantity="Mean AUROC", reference=0.5, one_a_line=True
        ),
        "AUROC of every model and comparator, averaged over the held-out cohorts by patients, with 95% interval and "
        "the prediction interval for another cohort.",
    )


def _difference(row: Comparison) -> Mark:
    return Mark(row.difference, row.low, row.high)


def _panels(view: HeldOutView, cohorts: list[Judged]) -> list[Panel]:
    rows = view.results.out_of_fold
    return [Panel(view.short_labels[one.name], rows[rows["cohort"] == one.name], _note(view, one)) for one in cohorts]


def _note(view: HeldOutView, cohort: Judged) -> str:
    ratio = view.estimate(view.lead, "observed_expected", view.place(cohort))
    return "" if ratio is None else f"O/E {number(ratio.estimate, 2)}"


def _with_probabilities(view: HeldOutView) -> list[str]:
    rows = view.results.out_of_fold
    names = set(rows.loc[rows["probability"].notna(), "model"])
    return [view.lead, view.rival] if view.rival and view.rival in names else [view.lead]


def _calibration(view: HeldOutView) -> Illustration:
    models = _with_probabilities(view)
    return Illustration(
        calibration_grid(_panels(view, view.cohorts), models),
        f"Observed event rate against probability predicted by {view.lead_title}, a panel a held-out cohort; the "
        "calibration table holds observed/expected and slope.",
    )


def drawn_in_decision(view: HeldOutView) -> list[Judged]:
    """List the cohorts large enough for a decision curve of their own.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of Judged
    """
    return [one for one in view.cohorts if min(one.n_events, one.n - one.n_events) >= ENOUGH]


def _decision(view: HeldOutView) -> Illustration:
    cohorts = drawn_in_decision(view)
    cut_offs = view.results.study.strata.declared_probabilities
    return Illustration(
        decision_grid(_panels(view, cohorts), _with_probabilities(view), cut_offs),
        f"Net benefit of acting on the probability of {view.lead_title} over threshold probabilities, a panel a cohort "
        f"with at least {ENOUGH} patients in each class, against acting on everyone and on nobody.",
    )


def _strata(view: HeldOutView) -> Illustration:
    rates = strata_by_cohort(view)
    labels = view.results.study.strata.labels
    colours = STRATUM_COLOURS if len(labels) == len(STRATUM_COLOURS) else [ACCENT] * len(labels)
    lines = [
        ForestLine(
            view.short_labels[one.name],
            "cohort",
            {
                str(row["stratum"]): Mark(row["rate"], row["low"], row["high"])
                for row in rates[one.name].to_dict("records")
                if pd.notna(row["rate"])
            },
        )
        for one in view.cohorts
    ]
    series = {label: Series(label, colour) for label, colour in zip(labels, colours, strict=True)}
    return Illustration(
        cohort_forest_figure(lines, series, quantity="Observed event rate", reference=None),
        "Observed event rate per stratum with 95% interval, cohort by cohort; the strata table holds the values.",
    )
