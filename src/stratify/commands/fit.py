"""`stratify fit`: one model, or all comparators, on every split."""

import argparse
import logging
from typing import TYPE_CHECKING

from stratify.artifacts.fit import COMPARATORS

if TYPE_CHECKING:
    from stratify.commands.same_patients import StudyPatients
    from stratify.commands.study_inputs import StudyInputs
    from stratify.fit.published import CohortExpression

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command line."""
    from stratify.commands.study_inputs import add_signatures_argument, add_study_arguments

    add_study_arguments(parser)
    add_signatures_argument(parser)
    parser.add_argument(
        "--model", required=True, help=f"a model of the study, or `{COMPARATORS}` for all naive and published ones"
    )


def run(args: argparse.Namespace) -> None:
    """Fit on every split, write predictions and canary measures and, for a model, its folder and tuning results."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        if args.model == COMPARATORS:
            _run_comparators(args)
        else:
            _run_model(args)


def _run_comparators(args: argparse.Namespace) -> None:
    import pandas as pd

    from stratify.artifacts.fit import CANARY_MEASURES, PREDICTIONS
    from stratify.artifacts.store import write_table
    from stratify.commands.same_patients import read_patients
    from stratify.commands.study_inputs import read_signatures, read_study_inputs
    from stratify.fit.canaries import comparator_scores
    from stratify.fit.comparators import compare

    inputs = read_study_inputs(args)
    patients = read_patients(inputs.study, inputs.name, inputs.layout)
    splits = patients.splits()
    signatures = read_signatures(args, inputs.study)
    expression = _read_expression(inputs, patients)
    predictions = compare(inputs.study, patients.table, splits, signatures, expression)
    logger.info("comparators: %s", ", ".join(predictions["model"].unique()))
    measure = comparator_scores(inputs.study, patients.table, splits, signatures, expression, reported=predictions)
    logger.info("canary %(canary)s: %(measure)s %(value).3g (limit %(limit).3g)", measure)
    for frame, schema, path in (
        (predictions, PREDICTIONS, inputs.layout.predictions(inputs.name)),
        (pd.DataFrame([measure]), CANARY_MEASURES, inputs.layout.canary_measures(inputs.name)),
    ):
        write_table(frame.assign(study=inputs.name)[list(schema.columns)], schema, path)


def _read_expression(inputs: "StudyInputs", patients: "StudyPatients") -> "list[CohortExpression]":
    """Read all genes of the study's patients where a comparator needs them, else nothing."""
    from stratify.commands.study_inputs import read_whole_cohort
    from stratify.fit.published import RELATIVE, cohort_expression

    relative = [RELATIVE[name] for name in inputs.study.comparators if name in RELATIVE]
    if not relative:
        return []
    for comparator in relative:
        comparator.require()
    samples = patients.samples().set_index("patient_id")["sample_id"]
    cohorts = (read_whole_cohort(inputs, name, "gene") for name in inputs.datasets)
    return cohort_expression(patients.table, samples, cohorts)


def _run_model(args: argparse.Namespace) -> None:
    from stratify.artifacts.fit import CANARY_MEASURES, LEARNING_CURVE, PREDICTIONS, TUNING
    from stratify.artifacts.split import FINAL
    from stratify.artifacts.store import write_table
    from stratify.commands.same_patients import read_patients
    from stratify.commands.study_inputs import read_cohorts, read_signatures, read_study_inputs
    from stratify.errors import StratifyError, nearest
    from stratify.fit.canaries import Experiment, measure_canaries
    from stratify.fit.cross_fit import cross_fit, split_rows
    from stratify.fit.final import final_model
    from stratify.fit.learning_curve import learning_curve

    inputs = read_study_inputs(args)
    name, study, layout = inputs.name, inputs.study, inputs.layout
    if args.model not in study.models:
        raise StratifyError(f"study {name!r} has no model {args.model!r}; {nearest(args.model, study.models)}")
    signatures = read_signatures(args, study)
    patients = read_patients(study, name, layout)
    table, splits = patients.table, patients.splits()

    fitted = cross_fit(study, args.model, table, splits)
    final = fitted.tuned[FINAL]
    logger.info("%s: %d splits fitted; final hyper-parameters %s", args.model, len(fitted.tuned), final.parameters)
    learned_from = {dataset: inputs.datasets[dataset] for dataset in study.datasets.train}
    train, _ = split_rows(table, splits[splits["split"].eq(FINAL)])
    experiment = Experiment(name, study, args.model, read_cohorts(inputs, signatures), signatures, splits)
    model = final_model(experiment, datasets=learned_from, tuned=final, train=train)
    measures = measure_canaries(experiment, fitted, model, table)
    for measure in measures.itertuples():
        logger.info("canary %s: %s %.3g (limit %.3g)", measure.canary, measure.measure, measure.value, measure.limit)

    curve = learning_curve(study, args.model, table, splits, fitted.tuned)

    for frame, schema, path in (
        (fitted.predictions, PREDICTIONS, layout.predictions(name, args.model)),
        (fitted.tuning, TUNING, layout.tuning(name, args.model)),
        (curve, LEARNING_CURVE, layout.learning_curve(name, args.model)),
        (measures, CANARY_MEASURES, layout.canary_measures(name, args.model)),
    ):
        write_table(frame.assign(study=name, model=args.model)[list(schema.columns)], schema, path)
    model.save(layout.model(name, args.model))
