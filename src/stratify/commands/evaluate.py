"""`stratify evaluate`: measure performance with intervals and judge the canaries."""

import argparse
import logging
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from stratify.config import StudyConfig

log = logging.getLogger(__name__)

FEW_DRAWS = 2
"""Bootstrap draws where no interval is read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command.

    Parameters
    ----------
    parser
        Parser of the subcommand.
    """
    from stratify.commands.study_inputs import add_study_arguments

    add_study_arguments(parser)


def run(args: argparse.Namespace) -> None:
    """Read predictions and canary measures, write metrics, comparisons, sensitivity and judged canaries.

    Parameters
    ----------
    args
        Parsed arguments.

    Raises
    ------
    StratifyError
        A canary failed. The tables are written first.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        _evaluate(args)


def _evaluate(args: argparse.Namespace) -> None:
    import pandas as pd

    from stratify.artifacts.assemble import LABELS, LEFT_OUT
    from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS, SENSITIVITY
    from stratify.artifacts.fit import CANARY_MEASURES, COMPARATORS, LEARNING_CURVE, TUNING
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.store import read_table, write_table
    from stratify.commands.same_patients import read_patients
    from stratify.config import load_study
    from stratify.errors import StratifyError
    from stratify.evaluate.canaries import describe_failures, judge
    from stratify.evaluate.champion import choose_champion
    from stratify.evaluate.comparisons import comparisons
    from stratify.evaluate.performance import UNDEFINED, performance
    from stratify.evaluate.sensitivity import sensitivity

    study, study_id, layout = load_study(args.study), args.study.stem, Layout(args.results)
    models = list(study.models)
    patients = read_patients(study, study_id, layout)
    table, splits = patients.table, patients.splits()
    predictions = patients.predictions(models, splits)
    tuning = pd.concat([read_table(TUNING, layout.tuning(study_id, name)) for name in models], ignore_index=True)
    measures = [read_table(CANARY_MEASURES, layout.canary_measures(study_id, name)) for name in [*models, COMPARATORS]]
    pools = dict(zip(table["cohort"], table["patient_pool"], strict=True))

    log.info("%s: measuring %d models and comparators", study_id, predictions["model"].nunique())
    measured = partial(performance, tuning=tuning, splits=splits, pools=pools, study_id=study_id, study=study)
    metrics = measured(predictions)
    for row in metrics[metrics[UNDEFINED] > 0].itertuples():
        undefined = getattr(row, UNDEFINED)
        log.info("%s in %s, %s: undefined in %d bootstrap draws", row.model, row.cohort, row.metric, undefined)
    metrics = metrics.drop(columns=UNDEFINED)
    labels, leaving = (
        patients.require_known(read_table(contract, path(study_id)), path(study_id))
        if study.sensitivity.asks_of_patients
        else pd.DataFrame(columns=list(contract.columns))
        for contract, path in ((LABELS, layout.labels), (LEFT_OUT, layout.left_out))
    )
    curve = pd.concat([read_table(LEARNING_CURVE, layout.learning_curve(study_id, name)) for name in models])
    depends = sensitivity(predictions, splits, labels, leaving, pools, curve=curve, study_id=study_id, study=study)
    compared = comparisons(predictions, splits, pools, study_id=study_id, study=study)
    honest = pd.concat([*measures, *_audits(args, study, predictions, table, splits)], ignore_index=True)
    chosen = _choices(args, study, predictions=predictions, metrics=metrics, measured=measured, judged=judge(honest))
    canaries = judge(pd.concat([honest, chosen], ignore_index=True))

    write_table(metrics, METRICS, layout.metrics(study_id))
    write_table(compared, COMPARISONS, layout.comparisons(study_id))
    write_table(depends, SENSITIVITY, layout.sensitivity(study_id))
    write_table(canaries, CANARIES, layout.canaries(study_id))
    _log_performance(metrics)
    failures = describe_failures(canaries)
    for failure in failures:
        log.error("%s", failure)
    if failures:
        raise StratifyError(
            f"study {study_id}: {len(failures)} of {len(canaries)} canaries failed, so its results cannot be trusted: "
            + " | ".join(failures)
        )
    log.info("all %d canaries passed; champion: %s", len(canaries), choose_champion(metrics, canaries, study))


def _audits(
    args: argparse.Namespace,
    study: "StudyConfig",
    predictions: "pd.DataFrame",
    table: "pd.DataFrame",
    splits: "pd.DataFrame",
) -> "list[pd.DataFrame]":
    """Audit who stands on which side of a split, and whose outcome each prediction carries."""
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.overlap import OVERLAP, OVERLAP_SUMMARY
    from stratify.artifacts.store import read_table
    from stratify.config.study import LeaveOneOut
    from stratify.evaluate.attachment import attachment
    from stratify.evaluate.overlap import overlap

    study_id, layout = args.study.stem, Layout(args.results)
    pairs = read_table(OVERLAP, layout.overlap(study_id))
    summary = read_table(OVERLAP_SUMMARY, layout.overlap_summary(study_id))
    unit = study.design.unit if isinstance(study.design, LeaveOneOut) else None
    return [
        overlap(splits, table, study_id=study_id, pairs=pairs, summary=summary, unit=unit),
        attachment(predictions, table, splits, study_id=study_id),
    ]


def _choices(
    args: argparse.Namespace,
    study: "StudyConfig",
    *,
    predictions: "pd.DataFrame",
    metrics: "pd.DataFrame",
    measured: "partial[pd.DataFrame]",
    judged: "pd.DataFrame",
) -> "pd.DataFrame":
    """Try what chooses the champion and the strata with spoiled results; the strata are read again from the file."""
    from stratify.config import load_study
    from stratify.evaluate.champion import choose_champion
    from stratify.evaluate.choices import outer_results

    eligible = judged.assign(passed=True)  # the rule is tried on all candidates, whoever failed
    return outer_results(
        predictions,
        metrics,
        partial(measured, draws=FEW_DRAWS),
        lambda spoiled: choose_champion(spoiled, eligible, study),
        strata=load_study(args.study).strata,
        models=list(study.models),
        study_id=args.study.stem,
        seed=study.seed,
    )


def _log_performance(metrics: "pd.DataFrame") -> None:
    judged = metrics[(metrics["role"] != "train") & (metrics["metric"] == "auroc") & (metrics["subgroup"] == "all")]
    for row in judged.itertuples():
        log.info(
            "%s in %s (%s): AUROC %.3f (%.3f to %.3f), %d patients, %d events",
            *(row.model, row.cohort, row.role, row.estimate, row.low, row.high, row.n, row.n_events),
        )
