"""`stratify assemble`: harmonized cohorts to the study table and its attrition; other labels of the same patients."""

import argparse
import logging

import pandas as pd

from stratify.artifacts.assemble import ATTRITION, LABELS, LEFT_OUT, SAMPLES, TABLE
from stratify.artifacts.store import write_table
from stratify.assemble.sensitivity import left_out, other_labels
from stratify.assemble.table import assemble
from stratify.commands.same_patients import read_patients
from stratify.commands.study_inputs import (
    add_signatures_argument,
    add_study_arguments,
    read_clinical_tables,
    read_cohorts,
    read_signatures,
    read_study_inputs,
)

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command line."""
    add_study_arguments(parser)
    add_signatures_argument(parser)
    parser.add_argument(
        "--sensitivity",
        action="store_true",
        help="write what the study's sensitivity analyses need of the patients already assembled, and nothing else",
    )


def run(args: argparse.Namespace) -> None:
    """Write the study's patients; with `--sensitivity` their other labels and who leaves in which analysis."""
    if args.sensitivity:
        _describe_again(args)
    else:
        _assemble(args)


def _assemble(args: argparse.Namespace) -> None:
    inputs = read_study_inputs(args)
    signatures = read_signatures(args, inputs.study)
    assembled = assemble(inputs.name, inputs.study, read_cohorts(inputs, signatures), signatures)
    for step in assembled.attrition.itertuples():
        logger.info("%s: %s: %d excluded, %d remain", step.cohort, step.reason, step.n_excluded, step.n_remaining)
    write_table(assembled.attrition, ATTRITION, inputs.layout.attrition(inputs.name))
    write_table(assembled.table, TABLE, inputs.layout.table(inputs.name))
    samples = pd.DataFrame({"patient_id": assembled.table["patient_id"], "sample_id": assembled.samples})
    write_table(samples, SAMPLES, inputs.layout.samples(inputs.name))
    y = assembled.table["y"]
    logger.info("%s: %d patients, %d of them with %s", inputs.name, len(y), y.sum(), inputs.study.positive)


def _describe_again(args: argparse.Namespace) -> None:
    inputs = read_study_inputs(args)
    name, asked, layout = inputs.name, inputs.study.sensitivity, inputs.layout
    samples, cohorts = read_patients(inputs.study, name, layout).samples(), read_clinical_tables(inputs)
    labels, leaving = (make(name, asked, cohorts, samples) for make in (other_labels, left_out))
    for label, rows in labels.groupby("label", sort=False):
        logger.info("%s: label %s: %d patients, %d positive", name, label, rows["y"].count(), rows["y"].sum())
    for variant, rows in leaving.groupby("variant", sort=False):
        logger.info("%s: %s: %d patients leave", name, variant, len(rows))
    write_table(labels, LABELS, layout.labels(name))
    write_table(leaving, LEFT_OUT, layout.left_out(name))
