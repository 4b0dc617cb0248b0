"""`stratify assemble`: harmonized cohorts to the study table and its attrition."""

import argparse
import logging

from stratify.artifacts.assemble import ATTRITION, TABLE
from stratify.artifacts.store import write_table
from stratify.assemble.table import assemble
from stratify.commands.study_inputs import (
    add_signatures_argument,
    add_study_arguments,
    read_cohorts,
    read_signatures,
    read_study_inputs,
)

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command line."""
    add_study_arguments(parser)
    add_signatures_argument(parser)


def run(args: argparse.Namespace) -> None:
    """Read the cohorts, assemble, write `table.parquet` and `attrition.parquet`."""
    inputs = read_study_inputs(args)
    signatures = read_signatures(args, inputs.study)
    assembled = assemble(inputs.name, inputs.study, read_cohorts(inputs, signatures), signatures)
    for step in assembled.attrition.itertuples():
        logger.info("%s: %s: %d excluded, %d remain", step.cohort, step.reason, step.n_excluded, step.n_remaining)
    write_table(assembled.attrition, ATTRITION, inputs.layout.attrition(inputs.name))
    write_table(assembled.table, TABLE, inputs.layout.table(inputs.name))
    y = assembled.table["y"]
    logger.info("%s: %d patients, %d of them with %s", inputs.name, len(y), y.sum(), inputs.study.positive)
