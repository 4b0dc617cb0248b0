"""`stratify discover`: test each feature's association with the endpoint."""

import argparse
import logging

log = logging.getLogger(__name__)


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
    """Read the study table, write each feature's association with the endpoint.

    Parameters
    ----------
    args
        Parsed arguments.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        _discover(args)


def _discover(args: argparse.Namespace) -> None:
    from stratify.artifacts.discover import UNIVARIATE
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.store import write_table
    from stratify.assemble.features import model_features
    from stratify.commands.same_patients import read_patients
    from stratify.config import load_study
    from stratify.discover.univariate import univariate

    study, study_id, layout = load_study(args.study), args.study.stem, Layout(args.results)
    table = read_patients(study, study_id, layout).table
    training = table[table["cohort"].isin(study.datasets.train)]
    features = model_features(study, table.columns)
    log.info("%s: testing %d features in %d patients", study_id, len(features), len(training))
    result = univariate(training, features, study_id=study_id)
    write_table(result, UNIVARIATE, layout.univariate(study_id))
    for cohort, rows in result.groupby("cohort"):
        log.info(
            "%s: %d tests, %d at a false discovery rate of 5 %%, %d without estimate",
            *(cohort, len(rows), int((rows["q_value"] <= 0.05).sum()), int(rows["effect"].isna().sum())),
        )
