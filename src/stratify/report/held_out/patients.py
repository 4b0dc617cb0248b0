"""Who was studied: one line a cohort."""

from dataclasses import dataclass

from stratify.config.study import External, Folds, LeaveOneOut, RepeatedNestedCv
from stratify.fit.published import PUBLICATIONS
from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import count
from stratify.report.verdict import comparator_words
from stratify.wording import counted

PARTS = {
    "train": "learned from",
    "external": "judged on, external",
    "internal": "judged on, internal",
}
"""What a cohort is for, by its role."""


@dataclass(frozen=True)
class PatientRow:
    """One cohort, from everyone in the file to the patients of the study."""

    title: str
    part: str
    in_file: str
    excluded: str
    remaining: str
    positive: str
    apart: str


def patient_rows(view: HeldOutView) -> list[PatientRow]:
    """Follow each cohort from its file into the study; identifiers stay out.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of PatientRow
        In the study's order.
    """
    judged = {one.name: one for one in view.cohorts}
    leave_out = view.results.study.design.kind == "leave_one_out"
    rows = []
    for name, dataset in view.results.datasets.items():
        steps = view.results.attrition[view.results.attrition["cohort"] == name].sort_values("step")
        if steps.empty:
            continue
        left = steps[steps["n_excluded"] > 0]
        reasons = [f"{count(step['n_excluded'])} {step['reason']}" for step in left.to_dict("records")]
        role = judged[name].role if name in judged else "train"
        apart = judged[name].duplicates if name in judged else 0
        rows.append(
            PatientRow(
                title=dataset.title,
                part="left out in turn" if leave_out else PARTS[role],
                in_file=count(steps["n_remaining"].iloc[0]),
                excluded="; ".join(reasons) or "nobody",
                remaining=count(steps["n_remaining"].iloc[-1]),
                positive=count(steps["n_positive"].iloc[-1]),
                apart=count(apart) if apart else "",
            )
        )
    return rows


def how_estimated(view: HeldOutView) -> str:
    """Say in words how patients were held out.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    str
        Sentences.
    """
    study = view.results.study
    folds = _inner(study.design)
    if study.design.kind == "external":
        return (
            f"Models learned from {_names(study.datasets.train)}, tuned in {folds}, and were then judged once on "
            f"{counted(len(view.cohorts), 'cohort')} they never saw. {_intervals()}"
        )
    unit = UNITS[study.design.unit] if isinstance(study.design, LeaveOneOut) else ""
    return (
        f"Each {unit} was left out in turn: its cohorts were judged by models that learned from all others, tuned in "
        f"{folds}. The model that is registered learned from everyone and is none of these: it has no held-out "
        f"estimate of its own. {_intervals()}"
    )


UNITS = {
    "patient_pool": "patient pool (cohorts that may share people)",
    "study_family": "study family",
    "cohort": "cohort",
}


def _inner(design: RepeatedNestedCv | External | LeaveOneOut) -> str:
    """Say in words by what choices were made inside the training patients."""
    if not isinstance(design.inner, Folds):
        return "training patients of whom each such unit was left out in turn, with probabilities recalibrated on those"
    repeated = f", repeated {design.inner.repeats} times" if design.inner.repeats > 1 else ""
    return f"{design.inner.folds} inner folds of the training patients{repeated}"


def _names(cohorts: list[str]) -> str:
    return ", ".join(cohorts)


def _intervals() -> str:
    return "AUROC intervals are DeLong's, its differences paired; other intervals resample patients."


def rival_words(view: HeldOutView) -> str:
    """Say what the champion is measured against.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    str
        A sentence.
    """
    name = str(view.rival)
    if name in PUBLICATIONS:
        one = PUBLICATIONS[name]
        learned = "refitted to the training patients" if one.learns else "as published, nothing learned here"
        what = f"{view.rival_title}: {one.title}, {learned} ({one.citation})"
    else:
        what = comparator_words(view.results, name)
    why = "the reference of the study file" if view.results.study.reference else "the best comparator, with hindsight"
    return f"{what[0].upper()}{what[1:]}; {why}.{_made_from(name)}"


def _made_from(name: str) -> str:
    """Say which cohorts a published formula was made from: it is not judged on them."""
    if not made_from(name):
        return ""
    cohorts = " and ".join(sorted(made_from(name)))
    return (
        f" Its authors fitted it to patients of {cohorts}, and it is not judged on that cohort as if held out. People "
        "of it who also stand in another cohort (see the overlap) may be judged there. The authors knew the other "
        "cohorts of their paper when they published it."
    )


def made_from(name: str) -> frozenset[str]:
    """Name the cohorts whose patients a published formula was fitted to; none for anything else."""
    return PUBLICATIONS[name].fitted_to if name in PUBLICATIONS else frozenset()
