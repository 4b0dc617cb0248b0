"""Fixed prose of the report: what each canary means, the glossary, the command that answers a study."""

import json
import shlex

CANARIES = {
    "garbage_in_held_out_rows": (
        "Held-out features were replaced by noise and held-out labels flipped. Nothing the model had learned may move."
    ),
    "permuted_labels": (
        "Outcomes were shuffled among patients and the model was fitted again with its chosen settings. Without a "
        "signal to find, it may rank no better than chance."
    ),
    "row_order": (
        "The rows of every input table were shuffled. Each patient must keep their score: nothing is joined by "
        "position."
    ),
    "single_patient": (
        "Each patient was scored alone. Score, stratum and warnings must be those they get in the company of others, "
        "and a held-out score that of the only patient held out. All others were spoiled: no value of a patient may "
        "change with theirs."
    ),
    "cut_offs": "The registered model sorts patients by the cut-offs of the study file, fixed before the run.",
    "comparator_scores": (
        "Half of the held-out patients were scored again by every comparator, in another order, without the other half "
        "and with other outcomes. No score may move: it is the patient's own, and nobody else's outcome or place."
    ),
    "attachment": (
        "Every prediction must carry the outcome of its own patient, and be called held out only of a patient the "
        "model did not learn from."
    ),
    "outer_results": (
        "Results on held-out patients were spoiled, and everything was chosen again. Neither the champion nor a "
        "cut-off may follow them."
    ),
    "overlap": (
        "Nobody, no group that the design leaves out together, and no suspected duplicate of anybody, may stand on "
        "both sides of a split. Suspected duplicates are looked for among patients with at "
        "least five comparable numeric features."
    ),
}
"""Plain meaning by canary."""

GLOSSARY = {
    "AUROC": (
        "Probability that a patient with the event is ranked above one without. 0.5 is chance, 1 is perfect. It says "
        "nothing about whether the probabilities are right."
    ),
    "AUPRC": "Average precision over all thresholds. Chance is the event rate, so it compares only within a cohort.",
    "Brier score, Brier skill": (
        "Mean squared distance between probability and outcome; lower is better. The skill is the share by which it is "
        "smaller than that of giving everyone the prevalence of the training patients: 0 is no gain, 1 is perfect, "
        "below 0 is harm."
    ),
    "O/E": "Events observed, divided by events the probabilities add up to. Above 1 the probabilities are too low.",
    "Calibration slope, intercept": (
        "Slope 1 and intercept 0 are right. A slope below 1 means probabilities too extreme, the mark of overfitting; "
        "an intercept above 0 means probabilities too low on average."
    ),
    "Net benefit": (
        "True positives per patient, less false positives weighed by the odds of the threshold at which one would act."
    ),
    "q-value": (
        "Expected share of false findings among all features with a q-value this small or smaller (Benjamini–Hochberg)."
    ),
    "Out of fold": "Predicted by a model that was fitted, and tuned, without that patient.",
    "Transductive": (
        "A patient's features depend on the other patients in the file, so the stated performance is that of patients "
        "processed together."
    ),
}
"""Explanation by term."""


HELD_OUT_GLOSSARY = {
    "External, internal": (
        "External: a held-out cohort that shares no patient pool with the cohorts learned from. Internal: one that "
        "does, such as another registry of the same hospital."
    ),
    "Suspected duplicate": (
        "A held-out patient whose record agrees with a training patient's so closely that they may be one person."
    ),
    "Mean weighted by patients": "The cohorts' AUROCs, averaged with their numbers of patients as weights.",
    "Mean of cohorts": "The cohorts' AUROCs, averaged with every cohort counting the same.",
    "Random-effects mean, prediction interval": (
        "A mean that allows the cohorts' true AUROCs to differ (REML on log odds, Hartung–Knapp), and the range in "
        "which that of a new cohort would lie."
    ),
}
"""Further terms of studies that hold out whole cohorts."""

SECTIONS = {
    "answer": "The answer",
    "patients": "Who was studied, who was excluded",
    "endpoint": "Endpoint",
    "performance": "Performance",
    "models": "All models and comparators",
    "probabilities": "Ranking, calibration, net benefit",
    "strata": "Strata",
    "sensitivity": "What the result depends on",
    "overlap": "Does anybody stand twice?",
    "inputs": "What the cohorts do not tell",
    "biomarkers": "First biomarkers",
    "canaries": "Canaries",
    "findings": "Data findings",
    "caveats": "Caveats",
    "provenance": "Provenance",
    "glossary": "Glossary",
}
"""Headings by identifier, in the order of the page."""

ONLY_HELD_OUT = {"models", "overlap", "inputs"}
"""Sections of studies that hold out whole cohorts."""


def sections(*, held_out: bool, sensitivity: bool = False) -> dict[str, str]:
    """List the sections of a report.

    Parameters
    ----------
    held_out
        Whether whole cohorts were held out.
    sensitivity
        Whether the study asks what its result depends on.

    Returns
    -------
    dict of str to str
        Headings by identifier.
    """
    headings = SECTIONS | ({"probabilities": "Calibration and net benefit"} if held_out else {})
    absent = (set() if held_out else ONLY_HELD_OUT) | (set() if sensitivity else {"sensitivity"})
    return {name: heading for name, heading in headings.items() if name not in absent}


def workflow_command(study: str) -> str:
    r"""Write the command that runs a whole study, whether or not the configuration file lists it.

    Examples
    --------
    >>> workflow_command("my-study")
    'snakemake --cores all --config \'studies=["my-study"]\''
    """
    return shlex.join(["snakemake", "--cores", "all", "--config", f"studies={json.dumps([study])}"])


def canary_words(name: str) -> tuple[str, str]:
    """Give a canary's title and plain meaning; the meaning of an unknown one is empty.

    Examples
    --------
    >>> canary_words("row_order")[0], canary_words("something_new")
    ('Row order', ('Something new', ''))
    """
    return name.replace("_", " ").capitalize(), CANARIES.get(name, "")
