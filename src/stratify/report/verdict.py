"""The sentences that say how good the champion is, made from the numbers and nothing else."""

from typing import Literal

import pandas as pd

from stratify.evaluate.overlap import EVERY_MODEL
from stratify.report.names import GROUP_MEAN, model_title
from stratify.report.numbers import interval, number
from stratify.report.results import Estimate, StudyResults

Verdict = Literal["better", "not_shown", "worse", "unknown"]


def judge(low: float | None, high: float | None) -> Verdict:
    """Read a difference's interval, higher meaning better: an interval that touches 0 shows nothing.

    Parameters
    ----------
    low, high
        Bounds of the interval of model minus comparator.

    Returns
    -------
    {"better", "not_shown", "worse", "unknown"}

    Examples
    --------
    >>> judge(0.01, 0.2), judge(-0.1, 0.1), judge(-0.2, -0.1)
    ('better', 'not_shown', 'worse')
    """
    if pd.isna(low) or pd.isna(high) or low is None or high is None:
        return "unknown"
    return "better" if low > 0 else "worse" if high < 0 else "not_shown"


def verdict(results: StudyResults) -> str:
    """Compare the champion with the best comparator and with the training prevalence, in one sentence.

    Parameters
    ----------
    results
        A study's artifacts.

    Returns
    -------
    str
        A sentence; says so where there is no champion or no comparison.
    """
    if results.champion is None:
        return no_champion(results)
    title = model_title(results.champion)
    skill = results.metric(results.champion, "brier_skill")
    return f"{title} {_against_comparator(results, results.champion)}; {_against_prevalence(skill)}."


def no_champion(results: StudyResults) -> str:
    """Say why there is no champion.

    Parameters
    ----------
    results
        A study's artifacts.

    Returns
    -------
    str
        A sentence.
    """
    canaries = results.canaries
    failed = set(canaries.loc[~canaries["passed"].fillna(value=False).astype(bool), "model"])
    if EVERY_MODEL in failed or failed.issuperset(results.study.candidates):
        return "No model passed its canaries, so there is no champion and no model should be used."
    return (
        "No model that passed its canaries has an inner estimate to be chosen by, so there is no champion and nothing "
        "says which model to use."
    )


def comparator_words(results: StudyResults, name: str) -> str:
    """Name a comparator readably: a signature with its title, the group mean with what makes the groups.

    Parameters
    ----------
    results
        A study's artifacts.
    name
        The comparator's name, such as `group_mean`, `sig.cyt` or `gene.CXCL9`.

    Returns
    -------
    str
    """
    if name == GROUP_MEAN:
        group = results.study.group_by
        return f"the mean of the patient's {group} group" if group else "the mean of the patient's cohort"
    signature = results.signature_of(name)
    return f"{signature.title} ({name})" if signature else model_title(name)


def _against_comparator(results: StudyResults, champion: str) -> str:
    best = results.best_comparator
    if best is None:
        return "was not compared with a simple comparator, because none could be computed in this cohort"
    name = f"{comparator_words(results, best)}, the best of the simple comparators here"
    row = results.comparison(champion, best, "auroc")
    if row is None:
        return f"was not compared with {name}"
    numbers = f"difference in AUROC {number(row.difference)}, 95% interval {interval(row.low, row.high)}"
    match judge(row.low, row.high):
        case "better":
            return f"ranks patients better than {name} ({numbers})"
        case "worse":
            return f"ranks patients worse than {name} ({numbers})"
        case "not_shown":
            return f"is not shown to rank patients better than {name} ({numbers}, which includes 0)"
        case _:
            return f"could not be compared with {name} (no interval for the difference)"


def _against_prevalence(skill: Estimate | None) -> str:
    if skill is None or pd.isna(skill.estimate):
        return "its probabilities could not be compared with the training prevalence"
    numbers = f"Brier skill {number(skill.estimate)}, 95% interval {interval(skill.low, skill.high)}"
    match judge(skill.low, skill.high):
        case "better":
            return f"its probabilities are better than giving everyone the training prevalence ({numbers})"
        case "worse":
            return f"its probabilities are worse than giving everyone the training prevalence ({numbers})"
        case "not_shown":
            return (
                "its probabilities are not shown to be better than giving everyone the training prevalence "
                f"({numbers}, which includes 0)"
            )
        case _:
            return f"its probabilities have Brier skill {number(skill.estimate)}, without an interval"
