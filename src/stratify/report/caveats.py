"""What a reader must hold against the results; from the configuration and the numbers."""

from stratify.config.published import COHORT_RELATIVE, COHORT_RELATIVE_MEANS
from stratify.report.held_out.caveats import held_out_caveats
from stratify.report.held_out.view import HeldOutView
from stratify.report.names import GROUP_MEAN, model_title
from stratify.report.numbers import number
from stratify.report.results import StudyResults
from stratify.report.verdict import comparator_words
from stratify.wording import counted

FEW = 100
"""Below this many patients in the rarer class the report warns of small numbers."""


def caveats(results: StudyResults) -> dict[str, list[str]]:
    """List the caveats of a study, the gravest first.

    Parameters
    ----------
    results
        A study's artifacts.

    Returns
    -------
    dict of str to list of str
        Paragraphs by heading.
    """
    if results.held_out:
        general = _patients(results) | held_out_caveats(HeldOutView(results))
    else:
        general = _never_external(results) | _patients(results) | _cross_validated(results) | _numbers(results)
    own = {"Of this study": [_sentence(text) for text in results.study.caveats]} if results.study.caveats else {}
    return own | {heading: [text] for heading, text in general.items()} | _cohorts(results)


def _never_external(results: StudyResults) -> dict[str, str]:
    if (results.metrics["role"] == "external").any():
        return {}
    return {
        "Never externally validated": (
            "Every number comes from patients of the training cohort, held out in turn. No model of this report has "
            "met patients of another hospital, laboratory or period. Expect it to do worse there."
        )
    }


def _patients(results: StudyResults) -> dict[str, str]:
    found = {}
    if results.study.transductive:
        found["Transductive"] = str(results.study.transductive_reason)
    if results.single_arm:
        found["Prognostic or predictive: not assessable, single arm"] = (
            "There is no randomised control arm. A feature associated with the outcome may mark the course of the "
            "disease rather than the effect of a therapy."
        )
    relative = [model_title(name) for name in results.study.comparators if name in COHORT_RELATIVE]
    if relative:
        found["A comparator that cannot score one patient"] = (
            f"{', '.join(relative)} is {COHORT_RELATIVE_MEANS}, here those of the patient's cohort who are in the "
            "study. Its figures are those of patients processed together, unlike the others' of this report."
        )
    return found


def _cross_validated(results: StudyResults) -> dict[str, str]:
    found = {}
    found["How often the outer results were looked at"] = results.study.outer_results_seen or (
        "Outer results were computed once per execution. Choices made by the program used inner folds only; the list "
        "of features and the grids were written by people, who may have known results of this cohort. How often a "
        "person read the results before changing the study file cannot be counted by a program."
    )
    found["What the intervals hold"] = (
        "They resample patients and keep the models that were fitted: the uncertainty of who was judged is in them, "
        "that of who was learned from is not."
    )
    best = results.best_comparator
    if best is not None:
        words = comparator_words(results, best)
        found["The best comparator is the best with hindsight"] = (
            f"{words[0].upper() + words[1:] if best == GROUP_MEAN else words} was singled out by its outer AUROC among "
            "the single biomarkers and the group mean. This flatters the comparator, not the models."
        )
    return found


def _numbers(results: StudyResults) -> dict[str, str]:
    positive = int(results.table["y"].sum())
    rarer = min(positive, len(results.table) - positive)
    if rarer >= FEW:
        return {}
    auroc = results.metric(results.models[0], "auroc")
    spread = ""
    if auroc is not None and auroc.bounds():
        width = number(auroc.high - auroc.low, 2)
        spread = f" The interval of the AUROC is {width} wide: take its second digit with care."
    return {"Small numbers": f"{counted(rarer, 'patient')} in the rarer class.{spread}"}


def _cohorts(results: StudyResults) -> dict[str, list[str]]:
    found = {}
    for dataset in results.datasets.values():
        relative = [f"Values are relative to the cohort: {dataset.cohort_relative}"] if dataset.cohort_relative else []
        texts = [_sentence(text) for text in [*relative, *dataset.caveats]]
        if texts:
            found[dataset.title] = texts
    return found


def _sentence(text: str) -> str:
    """Begin with a capital and end with a stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
