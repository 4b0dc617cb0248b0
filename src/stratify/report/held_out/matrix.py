"""Every model and comparator, cohort by cohort."""

from dataclasses import dataclass

from stratify.evaluate.rows import ALL
from stratify.fit.published import PUBLICATIONS
from stratify.report.held_out.view import HeldOutView
from stratify.report.names import is_feature, model_title
from stratify.report.numbers import ABSENT, count, interval, number
from stratify.report.results import Comparison, Place
from stratify.report.tables import Cell, model_groups

SEVERAL = 9
"""Cohorts that a table has room for."""


@dataclass(frozen=True)
class Column:
    """A cohort, or several taken together."""

    label: str
    place: Place
    n: int | None = None
    """Patients there; a cell says how many of them it is about where they are fewer."""


@dataclass(frozen=True)
class MatrixRow:
    """One model's row."""

    name: str
    title: str
    champion: bool
    cells: list[Cell]


def columns(view: HeldOutView, subgroup: str) -> list[Column]:
    """List the cohorts and means that every model is shown in; the training cohorts only with everyone.

    Means stand last, but first where there are more than `SEVERAL` cohorts: the last columns of a wide table are out of
    sight.

    Parameters
    ----------
    view
        A study's held-out cohorts.
    subgroup
        Which patients.

    Returns
    -------
    list of Column
    """
    found = [
        Column(
            view.short_labels[one.name], view.place(one, subgroup), one.n - (0 if subgroup == ALL else one.duplicates)
        )
        for one in view.cohorts
    ]
    means = [Column(f"mean {role}", mean, _scored(view, mean)) for role, mean, _ in view.summaries(subgroup)]
    training = _training(view) if subgroup == ALL else []
    return [*means, *training, *found] if len(found) > SEVERAL else [*training, *found, *means]


def _scored(view: HeldOutView, place: Place) -> int | None:
    """Count the patients whom the lead model scores."""
    auroc = view.estimate(view.lead, "auroc", place)
    return None if auroc is None else auroc.n


def _training(view: HeldOutView) -> list[Column]:
    if view.results.study.design.kind != "external":
        return []
    return [Column(f"{name.replace('_', ' ')} (training)", Place(name, "train")) for name in _learned_from(view)]


def _learned_from(view: HeldOutView) -> list[str]:
    return list(view.results.study.datasets.train)


@dataclass(frozen=True)
class Entry:
    """What stands in each cell."""

    metric: str
    digits: int
    below: tuple[str, int] | None = None
    """Metric and digits of the second line; where there is none, the patients if not all could be scored."""


RANKING = Entry("auroc", 3)
PROBABILITIES = Entry("brier", 3, below=("observed_expected", 2))


def matrix(view: HeldOutView, shown: list[Column], entry: Entry) -> list[tuple[str, list[MatrixRow]]]:
    """Write what every model does in every column.

    Parameters
    ----------
    view
        A study's held-out cohorts.
    shown
        The columns.
    entry
        What to write.

    Returns
    -------
    list of (heading, rows)
        By kind of model; models and groups without a number are left out.
    """
    biomarkers = sorted({name for name in view.results.outer["model"] if is_feature(name)})
    groups = {**model_groups(view.results), "Single biomarkers": biomarkers}
    found = {heading: [_row(view, name, shown, entry) for name in names] for heading, names in groups.items()}
    told = {heading: [row for row in rows if _says_something(row)] for heading, rows in found.items()}
    return [(heading, rows) for heading, rows in told.items() if rows]


def _row(view: HeldOutView, name: str, shown: list[Column], entry: Entry) -> MatrixRow:
    cells = [_cell(view, name, column, entry) for column in shown]
    return MatrixRow(name, model_title(name), name == view.results.champion, cells)


def _cell(view: HeldOutView, name: str, column: Column, entry: Entry) -> Cell:
    estimate = view.estimate(name, entry.metric, column.place)
    if estimate is None:
        return Cell(ABSENT)
    below = view.estimate(name, entry.below[0], column.place) if entry.below else None
    if entry.below and below:
        second = number(below.estimate, entry.below[1])
    else:
        second = f"n {count(estimate.n)}" if column.n is not None and estimate.n < column.n else ""
    return Cell(number(estimate.estimate, entry.digits), second)


def _says_something(row: MatrixRow) -> bool:
    return any(cell.value != ABSENT for cell in row.cells)


@dataclass(frozen=True)
class Rivalry:
    """How the lead model compares with one other, averaged by role."""

    name: str
    title: str
    cells: list[Cell]
    """Difference, and interval with number of patients."""


def rivalries(view: HeldOutView) -> list[Rivalry]:
    """Set the lead model's difference in AUROC to every other model and comparator side by side, averaged by role.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of Rivalry
        One cell a role of `view.roles`.
    """
    compared = {
        role: {
            one.comparator: Cell(number(one.difference), _reach(one))
            for one in view.results.comparisons_of(view.lead, view.average(role))
            if one.metric == "auroc"
        }
        for role in view.roles
    }
    others = list(dict.fromkeys(name for cells in compared.values() for name in cells))
    others.sort(key=lambda name: name != view.rival)
    return [
        Rivalry(name, model_title(name), [compared[role].get(name, Cell(ABSENT)) for role in view.roles])
        for name in others
        if name != "prevalence"
    ]


def _reach(one: Comparison) -> str:
    if not one.n:
        return ""
    patients = f"n {count(one.n)}"
    bounds = interval(one.low, one.high)
    return f"{bounds}; {patients}" if bounds else patients


@dataclass(frozen=True)
class PublishedRow:
    """Where a comparator comes from."""

    title: str
    what: str
    learns: str
    citation: str


def published_rows(view: HeldOutView) -> list[PublishedRow]:
    """List the published comparators of the study with their publications.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of PublishedRow
        In the study's order.
    """
    found = [PUBLICATIONS[name] for name in view.results.study.comparators]
    return [
        PublishedRow(model_title(one.name), one.title, "refitted" if one.learns else "no", one.citation)
        for one in found
    ]
