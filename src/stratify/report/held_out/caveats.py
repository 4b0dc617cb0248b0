"""What a reader must hold against results on held-out cohorts."""

from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.config.study import Folds
from stratify.evaluate.pooling import MINIMUM_EVENTS
from stratify.report.held_out.overlap import pairs_between
from stratify.report.held_out.patients import made_from
from stratify.report.held_out.view import HeldOutView
from stratify.report.names import GROUP_MEAN
from stratify.report.numbers import count
from stratify.report.verdict import comparator_words
from stratify.wording import counted

NOT_COUNTED = (
    "Outer results were computed once per execution, and choices made by the program used inner folds only. How often "
    "a person read results on these cohorts before changing the study file cannot be counted by a program, and the "
    "study file does not say."
)


def held_out_caveats(view: HeldOutView) -> dict[str, str]:
    """List the caveats that come with held-out cohorts, the gravest first.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    dict of str to str
        Paragraph by heading.
    """
    found = {
        "Never externally validated": _no_stranger(view),
        "The registered model is none of those judged": _registered(view),
        "An internal cohort is no other hospital": _internal(view),
        "A label that follows from a time": _labels(view),
        "Suspected duplicates": _duplicates(view),
        "People in two held-out cohorts": _twins(view),
        "Choices were not made across hospitals": _inner(view),
        "Small cohorts": _small(view),
        "How often the outer results were looked at": view.results.study.outer_results_seen or NOT_COUNTED,
        "Values that are not measurements": _constants(view),
        "Who could not be scored": _unscored(view),
        "What the intervals hold": (
            "They hold the uncertainty of who was judged, not of who was learned from. That of a mean weighted by "
            "patients is for these very cohorts; the prediction interval is for the true AUROC of another cohort like "
            "them, and rests on the few that were pooled."
        ),
        "The comparator is the best with hindsight": _hindsight(view),
    }
    return {heading: text for heading, text in found.items() if text}


def _no_stranger(view: HeldOutView) -> str:
    if view.of_role("external"):
        return ""
    return "Every held-out cohort comes from a hospital the models learned from. Expect them to do worse elsewhere."


def _registered(view: HeldOutView) -> str:
    if view.results.study.design.kind != "leave_one_out":
        return ""
    return (
        "Each cohort was judged by models that learned from all others. The model that is registered learned from "
        "everyone: it has no held-out estimate of its own, and these numbers are those of its procedure."
    )


def _internal(view: HeldOutView) -> str:
    cohorts = view.of_role("internal")
    if not cohorts:
        return ""
    are = "shares its patient pool" if len(cohorts) == 1 else "share their patient pool"
    return (
        f"{_listed([one.name for one in cohorts])} {are} with cohorts the models learned from: the same laboratories, "
        "habits and perhaps people. Only the external cohorts say what happens in another hospital."
    )


def _labels(view: HeldOutView) -> str:
    cohorts = [one.name for one in view.cohorts if one.doubt]
    if not cohorts:
        return ""
    return (
        f"In {_listed(cohorts)} the label is a cut of the time to death or progression (see the data findings). "
        "Results there are about that time, and enter the means above like the others."
    )


def _duplicates(view: HeldOutView) -> str:
    if not view.n_duplicates:
        return ""
    return (
        f"{counted(view.n_duplicates, 'held-out patient looks', 'held-out patients look')} like a training patient and "
        "stay outside the headline. Records can agree by chance, and one person's records can differ: the audit sets "
        "some strangers apart and misses some twins. Figures with and without them both stand in this report."
    )


def _twins(view: HeldOutView) -> str:
    n = pairs_between(view)
    if not n:
        return ""
    return (
        f"{counted(n, 'pair')} of patients in two held-out cohorts {'looks' if n == 1 else 'look'} like one person. "
        "Each cohort counts them: the means over cohorts count some people twice, and their intervals are a little "
        "too narrow."
    )


def _inner(view: HeldOutView) -> str:
    design = view.results.study.design
    if design.kind != "leave_one_out" or not isinstance(design.inner, Folds):
        return ""
    return (
        "Hyper-parameters, calibration and the champion were chosen in random folds of the cohorts learned from. Such "
        "folds hold patients of every hospital on both sides, twins among them: their estimates are better than what a "
        "new hospital gives, and need not choose what travels best."
    )


def _small(view: HeldOutView) -> str:
    cohorts = [one.name for one in view.cohorts if not one.poolable]
    if not cohorts:
        return ""
    have = "has" if len(cohorts) == 1 else "have"
    return (
        f"{_listed(cohorts)} {have} fewer than {MINIMUM_EVENTS} patients in a class: shown, and counted in the mean "
        "weighted by patients, but not in the random-effects means."
    )


def _constants(view: HeldOutView) -> str:
    table = view.results.table
    columns = [name for name in table.columns if name.endswith(AS_PUBLISHED)]
    found = []
    for column in columns:
        cohorts = table.loc[table[column].notna(), "cohort"].unique()
        places = [name for name in view.results.datasets if name in cohorts]
        if places:
            found.append(f"{column.removesuffix(AS_PUBLISHED)} of {_listed(places)}")
    if not found:
        return ""
    return (
        f"{'; '.join(found)}: the source holds one value for everyone, or another than the measured one. Models see "
        "these as missing or as measured; published formulas read them as published, as their authors did."
    )


def _unscored(view: HeldOutView) -> str:
    if not view.rival:
        return ""
    found = []
    for one in view.cohorts:
        coverage = view.estimate(view.rival, "coverage", view.place(one, "all"))
        if coverage is not None and coverage.estimate < 1 and one.name not in made_from(view.rival):
            missing = round(coverage.n * (1 - coverage.estimate))
            found.append(f"{count(missing)} of {count(coverage.n)} in {one.name}")
    if not found:
        return ""
    return (
        f"{view.rival_title} lacks inputs for {_listed(found)}. Differences are measured on the patients both can "
        "score; who lacks an input may differ from the others."
    )


def _hindsight(view: HeldOutView) -> str:
    if view.results.study.reference or not view.rival:
        return ""
    name = comparator_words(view.results, view.rival) if view.rival == GROUP_MEAN else view.rival_title
    return (
        f"The study names no reference: {name} was singled out by its AUROC on the held-out cohorts, which flatters "
        "it and not the models."
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
