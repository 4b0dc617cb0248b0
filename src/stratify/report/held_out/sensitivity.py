"""Tables of what the result depends on: other labels, patients left out, recalibration on a few patients."""

from dataclasses import dataclass

import pandas as pd

from stratify.artifacts.evaluate import CURVE, LABEL, LEAVE_OUT, LOCAL, WITHOUT
from stratify.evaluate.held_out import PREVALENCE
from stratify.report.held_out.view import HeldOutView
from stratify.report.names import model_title
from stratify.report.numbers import ABSENT, count, number
from stratify.report.results import Estimate
from stratify.report.tables import Cell

CAPTIONS = {
    LABEL: "Judged by other labels. Patients whom a label cannot classify, and cohorts without it, are left out.",
    WITHOUT: "Without some patients.",
    LEAVE_OUT: "Without each level of a characteristic in turn.",
    CURVE: "Learned again from fewer studies, chosen at random (the range over choices stands for the interval).",
}
"""What each analysis of the ranking does, in the order of the page."""


@dataclass(frozen=True)
class VariantRow:
    """One variant of an analysis."""

    title: str
    n: str
    events: str
    cells: list[Cell]


def ranked_models(view: HeldOutView) -> list[str]:
    """List whose ranking is shown: the study's models and the rival."""
    return [*view.results.models, *([view.rival] if view.rival else [])]


def ranking_tables(view: HeldOutView) -> list[tuple[str, list[VariantRow]]]:
    """Write how the AUROC, averaged over cohorts, moves in each analysis.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of (caption, rows)
        Each starts with the main analysis; one cell a model of `ranked_models`, with interval and, in the variants,
        the difference to the main analysis. Analyses the study does not ask for are left out.
    """
    rows = view.results.sensitivity
    asked = [name for name in CAPTIONS if rows["analysis"].eq(name).any()]
    return [(CAPTIONS[name], [_main(view), *_variants(view, rows[rows["analysis"] == name])]) for name in asked]


def _main(view: HeldOutView) -> VariantRow:
    found = [view.estimate(name, "auroc", view.average(view.roles[-1])) for name in ranked_models(view)]
    cells = [Cell(ABSENT) if one is None else Cell(number(one.estimate), one.bounds()) for one in found]
    return _row("Main analysis", found[0], cells)


def _variants(view: HeldOutView, rows: pd.DataFrame) -> list[VariantRow]:
    place = view.average(view.roles[-1])
    auroc = rows[rows["metric"].eq("auroc") & rows["cohort"].eq(place.cohort)]
    made = []
    for variant in dict.fromkeys(rows["variant"]):
        found = [_estimate(auroc, variant, name) for name in ranked_models(view)]
        main = [view.estimate(name, "auroc", place) for name in ranked_models(view)]
        cells = [_moved(one, before) for one, before in zip(found, main, strict=True)]
        made.append(_row(variant_title(variant), found[0], cells))
    return made


def _estimate(rows: pd.DataFrame, variant: str, model: str) -> Estimate | None:
    found = rows[rows["variant"].eq(variant) & rows["model"].eq(model)].dropna(subset="estimate")
    values = found[["estimate", "low", "high", "n", "n_events"]].to_dict("records")
    return Estimate(**{str(key): value for key, value in values[0].items()}) if values else None


def _moved(one: Estimate | None, main: Estimate | None) -> Cell:
    if one is None:
        return Cell(ABSENT)
    change = number(one.estimate - main.estimate) if main else ""
    signed = change if not change or change.startswith("−") else f"+{change}"
    return Cell(number(one.estimate), "; ".join(part for part in (one.bounds(), signed) if part))


def _row(title: str, lead: Estimate | None, cells: list[Cell]) -> VariantRow:
    if lead is None:
        return VariantRow(title, ABSENT, ABSENT, cells)
    return VariantRow(title, count(lead.n), count(lead.n_events), cells)


def variant_title(variant: str) -> str:
    """Write a variant's name as words.

    Examples
    --------
    >>> variant_title("clin.cancer_type head_and_neck"), variant_title("sd_as_response")
    ('Cancer type: head and neck', 'Sd as response')
    """
    column, _, level = variant.partition(" ")
    words = [part.removeprefix("clin.").replace("_", " ") for part in (column, level) if part]
    return ": ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


LOCAL_METRICS = {"brier": ("Brier", 3), "observed_expected": ("O/E", 2), "miscalibration": ("Off by", 2)}
"""Columns of the table of local recalibration: metric to heading and digits."""


@dataclass(frozen=True)
class LocalTable:
    """How many local patients repair the probabilities, averaged over cohorts."""

    models: list[str]
    """Titles; each has the columns of `LOCAL_METRICS`."""

    rows: list[tuple[str, list[str]]]
    """Number of patients and what was refitted; values."""

    n: str
    """Patients of the cohorts in the mean."""


def local_table(view: HeldOutView) -> LocalTable | None:
    """Write what recalibration on a few patients of each cohort does to probabilities.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    LocalTable or None
        Of the lead model, the rival where it gives probabilities, and the training prevalence; ``None`` where the study
        does not ask, or fewer than two cohorts are large enough.
    """
    rows = view.results.sensitivity
    mean = view.mean(view.roles[-1])
    rows = rows[rows["analysis"].eq(LOCAL) & rows["cohort"].eq(mean.cohort)]
    names = [name for name in dict.fromkeys([view.lead, view.rival, PREVALENCE]) if name in set(rows["model"])]
    if view.lead not in names:
        return None
    values = rows.set_index(["variant", "model", "metric"])["estimate"]
    lead = rows[rows["model"] == view.lead]
    return LocalTable(
        [model_title(name) for name in names if name],
        [
            (
                _local_title(variant),
                [
                    number(values.get((variant, name, metric)), digits)
                    for name in names
                    for metric, (_, digits) in LOCAL_METRICS.items()
                ],
            )
            for variant in dict.fromkeys(lead["variant"])
        ],
        count(lead["n"].iloc[0]),
    )


def _local_title(variant: str) -> str:
    kind, _, patients = variant.removesuffix(" patients").rpartition(" ")
    return f"{patients} patients: {kind}" if kind else "Nobody: as it is"
