"""The sentences that say how the champion does in cohorts no model has seen."""

from stratify.evaluate.rows import ALL
from stratify.report.held_out.view import HeldOutView
from stratify.report.names import model_title
from stratify.report.numbers import interval, number
from stratify.report.results import Comparison
from stratify.report.verdict import judge, no_champion
from stratify.wording import counted

RANKS = {
    "better": ("ranks patients better than", "ranks them better"),
    "worse": ("ranks patients worse than", "ranks them worse"),
    "not_shown": ("is not shown to rank patients better than", "is not shown to rank them better"),
    "unknown": ("has no interval for its difference to", "has no such interval"),
}
"""The verb of each verdict, the first time and later."""


def held_out_verdict(view: HeldOutView) -> str:
    """Compare the champion with the reference over the held-out cohorts, and say how its probabilities hold.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    str
        A sentence; says so where there is no champion or no comparison.
    """
    if view.results.champion is None:
        return no_champion(view.results)
    clauses = _comparisons(view) if view.rival else [f"has {_alone(view)}, and no comparator to be held against"]
    further = [clause for clause in (_between_cohorts(view), _calibration(view)) if clause]
    return f"{view.lead_title} {'; '.join([_listed(clauses), *further])}."


def whose_numbers(view: HeldOutView) -> str:
    """Say on which patients the headline's numbers rest.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    str
        One or two sentences.
    """
    means = "Means over cohorts are weighted by patients. " if len(view.cohorts) > 1 else ""
    means += (
        f"{view.lead_title} and {view.rival_title} are compared on the patients both can score. " if view.rival else ""
    )
    if not view.set_apart:
        return (
            f"{means}No held-out patient looks like a training patient of its own split: all {_everyone(view)} count."
        )
    twins = counted(view.n_duplicates, "held-out patient who looks", "held-out patients who look")
    return f"{means}All headline numbers leave out {twins} like a training patient."


def _everyone(view: HeldOutView) -> str:
    return counted(sum(one.n for one in view.cohorts), "of them", "of them")


def _comparisons(view: HeldOutView) -> list[str]:
    clauses = []
    for role in view.roles:
        row = view.against_rival("auroc", view.average(role))
        if row is None:
            clauses.append(f"could not be compared with {view.rival_title} in {cohorts_words(view, role)}")
            continue
        where = cohorts_words(view, role, compared=True)
        first, later = RANKS[judge(row.low, row.high)]
        verb = later if clauses else f"{first} {view.rival_title}"
        clauses.append(f"{verb} in {where} ({_numbers(row)})")
    return clauses


def _between_cohorts(view: HeldOutView) -> str:
    """Say so where the random-effects mean, which lets cohorts differ, judges otherwise than the weighted mean."""
    role = view.roles[-1]
    weighted = view.against_rival("auroc", view.mean(role))
    random = view.against_rival("auroc", view.random_effects(role))
    if weighted is None or random is None or not interval(random.low, random.high):
        return ""
    found = judge(random.low, random.high)
    if found == judge(weighted.low, weighted.high):
        return ""
    shown = {"better": "it does rank them better", "worse": "it ranks them worse"}.get(found, "that is not shown")
    return (
        f"if the true difference may vary between hospitals, {shown} (random-effects mean "
        f"{number(random.difference)}, 95% interval {interval(random.low, random.high)})"
    )


def cohorts_words(view: HeldOutView, role: str, *, compared: bool = False) -> str:
    """Count the cohorts of a role.

    Parameters
    ----------
    view
        A study's held-out cohorts.
    role
        `external`, `internal` or `all`.
    compared
        Only those in which the lead and its rival were compared.

    Returns
    -------
    str
        Such as `4 external cohorts`.
    """
    cohorts = view.of_role(role)
    if compared:
        cohorts = [one for one in cohorts if view.against_rival("auroc", view.place(one)) is not None]
    n = len(cohorts)
    return f"all {n} held-out cohorts" if role == ALL else counted(n, f"{role} cohort")


def _numbers(row: Comparison) -> str:
    bounds = interval(row.low, row.high)
    reach = f", 95% interval {bounds}" if bounds else ""
    return (
        f"AUROC {number(row.model_value)} against {number(row.comparator_value)}, difference "
        f"{number(row.difference)}{reach}"
    )


def _alone(view: HeldOutView) -> str:
    found = []
    for role in view.roles:
        auroc = view.estimate(view.lead, "auroc", view.average(role))
        if auroc is not None:
            found.append(f"AUROC {auroc.text()} in {cohorts_words(view, role)}")
    return _listed(found) if found else "no AUROC"


def _calibration(view: HeldOutView) -> str:
    spread = _observed_expected(view, view.lead)
    if not spread:
        return ""
    rival = _observed_expected(view, view.rival) if view.rival else ""
    beside = f" ({model_title(view.rival)}: {rival})" if view.rival and rival else ""
    return f"events observed are {spread} times those its probabilities add up to, by cohort{beside}"


def _observed_expected(view: HeldOutView, model: str) -> str:
    found = [view.estimate(model, "observed_expected", view.place(one)) for one in view.cohorts]
    values = [one.estimate for one in found if one is not None]
    if not values:
        return ""
    low, high = number(min(values), 2), number(max(values), 2)
    return low if low == high else f"{low} to {high}"


def _listed(clauses: list[str]) -> str:
    return ", ".join(clauses[:-1]) + (", and " if len(clauses) > 1 else "") + clauses[-1]
