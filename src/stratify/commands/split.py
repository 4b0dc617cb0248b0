"""`stratify split`: who looks like one person twice, and which patients a model may see."""

import argparse
import logging

from stratify.artifacts.overlap import OVERLAP, OVERLAP_SUMMARY
from stratify.artifacts.split import DUPLICATE, SPLITS
from stratify.artifacts.store import write_table
from stratify.commands.same_patients import read_patients
from stratify.commands.study_inputs import add_study_arguments, read_study_inputs, read_whole_cohort
from stratify.split import make_splits, set_duplicates_apart
from stratify.split.overlap import audit_overlap, require_one_side

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command line."""
    add_study_arguments(parser)


def run(args: argparse.Namespace) -> None:
    """Audit the cohorts, split by the study's design, write `overlap`, `overlap_summary` and `splits`."""
    inputs = read_study_inputs(args)
    name, study, layout = inputs.name, inputs.study, inputs.layout
    table = read_patients(study, name, layout).table
    # people are told apart by more than a study's features
    everything = [read_whole_cohort(inputs, dataset) for dataset in inputs.datasets]
    audit = audit_overlap(name, everything, seed=study.seed)
    for row in audit.summary.itertuples():
        logger.info("%s and %s: %s", row.first_cohort, row.second_cohort, row.verdict)
    splits = set_duplicates_apart(study, make_splits(name, study, table), audit.pairs)
    require_one_side(splits)
    write_table(audit.pairs, OVERLAP, layout.overlap(name))
    write_table(audit.summary, OVERLAP_SUMMARY, layout.overlap_summary(name))
    write_table(splits, SPLITS, layout.splits(name))
    logger.info("%s: %d splits of %d patients", name, splits["split"].nunique(), len(table))
    apart = splits[splits["role"].eq(DUPLICATE)]
    logger.info("%d held-out patients look like a training patient", apart["patient_id"].nunique())
