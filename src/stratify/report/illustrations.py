"""The figures of a study with their texts, as the report shows them and `track` logs them."""

import pandas as pd

from stratify.config.study import Design, RepeatedNestedCv
from stratify.report import tables
from stratify.report.figures import (
    calibration_figure,
    decision_figure,
    effects_figure,
    forest_figure,
    roc_figure,
    strata_figure,
)
from stratify.report.held_out.illustrations import illustrate_held_out
from stratify.report.held_out.view import HeldOutView
from stratify.report.illustration import Illustration
from stratify.report.names import model_title
from stratify.report.results import StudyResults
from stratify.wording import counted


def illustrate(results: StudyResults) -> dict[str, Illustration]:
    """Draw the figures of a study.

    Parameters
    ----------
    results
        A study's artifacts.

    Returns
    -------
    dict of str to Illustration
        By name: `forest, roc, calibration, decision, strata, effects`; of a study with held-out cohorts see
        `illustrate_held_out`.
    """
    if results.held_out:
        return illustrate_held_out(HeldOutView(results))
    predictions, models, lead = results.out_of_fold, results.models, model_title(results.models[0])
    cut_offs = results.study.strata.declared_probabilities
    calibration = calibration_summary(results)
    repetitions = counted(_repeats(results.study.design), "repetition")
    return {
        "forest": Illustration(
            forest_figure(_aurocs(results), [] if results.champion is None else [results.champion]),
            "AUROC with 95% interval of every model, comparator and biomarker, highest on top; "
            "the performance table holds the values.",
        ),
        "roc": Illustration(
            roc_figure(predictions, models, results.best_biomarker, seed=results.study.seed), _roc_words(results)
        ),
        "calibration": Illustration(
            calibration_figure(predictions, models[0], "\n".join(calibration)),
            f"Observed event rate against probability predicted by {lead}, averages over {repetitions} of one model's "
            f"out-of-fold probabilities. {'; '.join(calibration)}.",
        ),
        "decision": Illustration(
            decision_figure(predictions, models, cut_offs),
            "Net benefit of acting on each model's probability over threshold probabilities, against acting on "
            "everyone and on nobody.",
        ),
        "strata": Illustration(
            strata_figure(results.strata_of(results.headline.cohort), float(results.table["y"].mean())),
            f"Observed event rate per stratum with 95% interval, averages over {repetitions} of one model's "
            "out-of-fold probabilities; the strata table holds the values.",
        ),
        "effects": Illustration(
            effects_figure(tables.strongest_features(results), results.study.positive),
            "Log odds ratio with 95% interval of the strongest features; the biomarker table holds the values.",
        ),
    }


def _aurocs(results: StudyResults) -> pd.DataFrame:
    rows = results.outer
    return rows[(rows["metric"] == "auroc") & (rows["cohort"] == results.headline.cohort)]


def _repeats(design: Design) -> int:
    return design.outer.repeats if isinstance(design, RepeatedNestedCv) else 1


def calibration_summary(results: StudyResults) -> list[str]:
    """Write the lead model's calibration, one estimate a line."""
    found = []
    for metric in ("calibration_slope", "calibration_intercept", "observed_expected"):
        estimate = results.metric(results.models[0], metric)
        if estimate is not None:
            found.append(f"{tables.PERFORMANCE[metric][0]} {estimate.text(2)}")
    return found


def _roc_words(results: StudyResults) -> str:
    lead, best = results.models[0], results.best_biomarker
    auroc = results.metric(lead, "auroc")
    area = "" if auroc is None else f" {model_title(lead)}: AUROC {auroc.text(2)}."
    against = f" and of {model_title(best)}" if best else ""
    return f"ROC curves of the trained models{against}.{area}"
