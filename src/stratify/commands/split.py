"""`stratify split`: the study table to training and test rows."""

import argparse
import logging

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import read_table, write_table
from stratify.commands.study_inputs import add_study_arguments, read_study_inputs
from stratify.split import make_splits

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command line."""
    add_study_arguments(parser)


def run(args: argparse.Namespace) -> None:
    """Read the study table, split by the study's design, write `splits.parquet`."""
    inputs = read_study_inputs(args)
    table = read_table(TABLE, inputs.layout.table(inputs.name))
    splits = make_splits(inputs.name, inputs.study, table)
    write_table(splits, SPLITS, inputs.layout.splits(inputs.name))
    logger.info("%s: %d splits of %d patients", inputs.name, splits["split"].nunique(), len(table))
