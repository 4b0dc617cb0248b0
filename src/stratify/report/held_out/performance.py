"""Tables of what the lead model and its rival do in each held-out cohort, and over several."""

from dataclasses import dataclass, field
from typing import Literal

from stratify.evaluate.cohort import INTERNAL
from stratify.evaluate.held_out import COHORT_PREVALENCE, PREVALENCE
from stratify.evaluate.rows import ALL
from stratify.report.held_out.view import ROLE_WORDS, HeldOutView, Judged
from stratify.report.numbers import ABSENT, count, interval, number, percent
from stratify.report.results import Comparison, Estimate, Place
from stratify.report.tables import Cell
from stratify.wording import counted

Kind = Literal["cohort", "mean"]


@dataclass(frozen=True)
class Row:
    """One cohort, or one way of taking several together."""

    title: str
    note: str
    kind: Kind
    cells: dict[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """The cohorts of one role and what they say together."""

    heading: str
    rows: list[Row]


def ranking_groups(view: HeldOutView, subgroup: str) -> list[Group]:
    """Set the AUROC of the lead model beside its rival's, cohort by cohort and averaged.

    Parameters
    ----------
    view
        A study's held-out cohorts.
    subgroup
        Which patients.

    Returns
    -------
    list of Group
        Cells `n`, `events`, `lead`, `rival`, `difference`, `unscored`.
    """
    return [
        Group(_heading(role), [*_cohort_rankings(view, role, subgroup), *_mean_rankings(view, role, subgroup)])
        for role in view.roles
    ]


def _heading(role: str) -> str:
    words = ROLE_WORDS[role]
    return words[0].upper() + words[1:]


def _cohort_rankings(view: HeldOutView, role: str, subgroup: str) -> list[Row]:
    cohorts = view.of_role(role) if role != ALL else []
    return [_ranking(view, one, view.place(one, subgroup)) for one in cohorts]


def _ranking(view: HeldOutView, cohort: Judged, place: Place) -> Row:
    apart = subgroup_counts(cohort, place.subgroup)
    cells = _rankings(view, place) | {
        "n": Cell(count(apart[0])),
        "events": Cell(count(apart[1])),
        "unscored": Cell(_unscored(view, place)),
    }
    return Row(cohort.title, cohort.doubt, "cohort", cells)


def subgroup_counts(cohort: Judged, subgroup: str) -> tuple[int, int]:
    """Count a cohort's patients and events in a subgroup: everyone, or without suspected duplicates."""
    if subgroup == ALL:
        return cohort.n, cohort.n_events
    return cohort.n - cohort.duplicates, cohort.n_events - cohort.duplicate_events


def _rankings(view: HeldOutView, place: Place) -> dict[str, Cell]:
    return {
        "lead": estimate_cell(view.estimate(view.lead, "auroc", place), 3),
        "rival": estimate_cell(view.estimate(view.rival, "auroc", place), 3) if view.rival else Cell(ABSENT),
        "difference": _difference_cell(view.against_rival("auroc", place)),
    }


def estimate_cell(estimate: Estimate | None, digits: int) -> Cell:
    """Write an estimate with its interval on a second line."""
    return Cell(ABSENT) if estimate is None else Cell(number(estimate.estimate, digits), estimate.bounds(digits))


def _difference_cell(row: Comparison | None) -> Cell:
    return Cell(ABSENT) if row is None else Cell(number(row.difference), interval(row.low, row.high))


def _unscored(view: HeldOutView, place: Place) -> str:
    coverage = view.estimate(view.rival, "coverage", place)
    if coverage is None:
        return ABSENT
    missing = round(coverage.n * (1 - coverage.estimate))
    return count(missing) if missing else "0"


def _mean_rankings(view: HeldOutView, role: str, subgroup: str) -> list[Row]:
    if len(view.of_role(role)) < 2:
        return []
    mean, random = view.mean(role, subgroup), view.random_effects(role, subgroup)
    plain = view.mean_of_cohorts(role, subgroup)
    new = {
        name: _interval_cell(view.estimate(model, "auroc_new_cohort", random))
        for name, model in (("lead", view.lead), ("rival", view.rival))
    }
    what = "A new cohort of the same hospital" if role == INTERNAL else "A new hospital"
    rows = [
        Row("Mean weighted by patients", _pooled(view, mean), "mean", _rankings(view, mean) | _sums(view, mean)),
        Row("Mean of cohorts", _pooled(view, plain), "mean", _rankings(view, plain) | _sums(view, plain)),
        Row("Random-effects mean", _units(view, role, random), "mean", _rankings(view, random) | _sums(view, random)),
    ]
    return rows if role == ALL else [*rows, Row(what, "95% prediction interval", "mean", new)]


def _interval_cell(estimate: Estimate | None) -> Cell:
    return Cell((estimate.bounds(2) if estimate else "") or ABSENT)


def _pooled(view: HeldOutView, place: Place) -> str:
    pooled = view.estimate(view.lead, "cohorts_pooled", place)
    return "" if pooled is None else counted(round(pooled.estimate), "cohort")


def _units(view: HeldOutView, role: str, place: Place) -> str:
    """Count what may vary: cohorts of one hospital, or hospitals."""
    pooled = view.estimate(view.lead, "cohorts_pooled", place)
    if pooled is None:
        return ""
    return counted(round(pooled.estimate), "cohort" if role == INTERNAL else "patient pool")


def _sums(view: HeldOutView, place: Place) -> dict[str, Cell]:
    auroc = view.estimate(view.lead, "auroc", place)
    return {} if auroc is None else {"n": Cell(count(auroc.n)), "events": Cell(count(auroc.n_events))}


def probability_groups(view: HeldOutView, subgroup: str) -> list[Group]:
    """Set the lead model's probabilities beside its rival's and beside those who know only a prevalence.

    Parameters
    ----------
    view
        A study's held-out cohorts.
    subgroup
        Which patients.

    Returns
    -------
    list of Group
        Cells `rate, brier, training, own, lower, rival, ratio, rival_ratio, slope`.
    """
    groups = []
    for role in view.roles:
        cohorts = view.of_role(role) if role != ALL else []
        rows = [_probabilities(view, one, view.place(one, subgroup)) for one in cohorts]
        if len(view.of_role(role)) > 1:
            rows.append(_mean_probabilities(view, role, subgroup))
        groups.append(Group(_heading(role), rows))
    return groups


def _probabilities(view: HeldOutView, cohort: Judged, place: Place) -> Row:
    n, events = subgroup_counts(cohort, place.subgroup)
    brier = {name: view.estimate(name, "brier", place) for name in (view.lead, PREVALENCE, COHORT_PREVALENCE)}
    cells = {
        "rate": Cell(percent(events / n) if n else ABSENT, f"{count(events)} of {count(n)}"),
        "brier": estimate_cell(brier[view.lead], 3),
        "training": _plain(brier[PREVALENCE], 3),
        "own": _plain(brier[COHORT_PREVALENCE], 3),
        "lower": Cell(lower_than(brier[view.lead], brier[PREVALENCE], brier[COHORT_PREVALENCE])),
        "rival": _plain(view.estimate(view.rival, "brier", place), 3) if view.rival else Cell(ABSENT),
        "ratio": estimate_cell(view.estimate(view.lead, "observed_expected", place), 2),
        "rival_ratio": _plain(view.estimate(view.rival, "observed_expected", place), 2) if view.rival else Cell(ABSENT),
        "slope": estimate_cell(view.estimate(view.lead, "calibration_slope", place), 2),
    }
    return Row(cohort.title, cohort.doubt, "cohort", cells)


def _plain(estimate: Estimate | None, digits: int) -> Cell:
    return Cell(ABSENT) if estimate is None else Cell(number(estimate.estimate, digits))


def lower_than(model: Estimate | None, training: Estimate | None, own: Estimate | None) -> str:
    """Say which prevalences a Brier score is below: `both`, `training`, `own`, `neither`."""
    if model is None or training is None or own is None:
        return ABSENT
    below = [name for name, one in (("training", training), ("own", own)) if model.estimate < one.estimate]
    return {0: "neither", 1: below[0] if below else "", 2: "both"}[len(below)]


def _mean_probabilities(view: HeldOutView, role: str, subgroup: str) -> Row:
    mean, random = view.mean(role, subgroup), view.random_effects(role, subgroup)
    cells = {
        "brier": estimate_cell(view.estimate(view.lead, "brier", mean), 3),
        "training": _plain(view.estimate(PREVALENCE, "brier", mean), 3),
        "rival": _plain(view.estimate(view.rival, "brier", mean), 3),
        "ratio": estimate_cell(view.estimate(view.lead, "observed_expected", random), 2),
        "rival_ratio": _plain(view.estimate(view.rival, "observed_expected", random), 2),
    }
    return Row("Mean", "Brier by patients, O/E by random effects", "mean", cells)
