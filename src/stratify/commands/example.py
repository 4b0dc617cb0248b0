"""`stratify example`: write a synthetic input file for a model, to try `score` with."""

import argparse
import logging
from pathlib import Path

from stratify.commands.score import MODEL_HELP, TRACKING_HELP, load_model
from stratify.errors import StratifyError

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `example`."""
    parser.add_argument("--model", required=True, help=MODEL_HELP)
    parser.add_argument("--output", required=True, type=Path, help="where patients go: csv, tsv, txt, parquet or xlsx")
    parser.add_argument("--patients", type=int, default=5, help="number of patients")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw; the same seed gives the same patients")
    parser.add_argument("--tracking-uri", help=TRACKING_HELP)


def run(args: argparse.Namespace) -> None:
    """Write synthetic patients drawn from the ranges on the model's card."""
    from stratify.score.example import synthetic_patients
    from stratify.score.patients import check_format, write_rows
    from stratify.wording import counted

    if args.patients < 1:
        raise StratifyError(f"--patients must be at least 1, found {args.patients}")
    if args.seed < 0:
        raise StratifyError(f"--seed must not be negative, found {args.seed}")
    check_format(args.output)
    model = load_model(args.model, args.tracking_uri)
    patients = synthetic_patients(model.card, args.patients, args.seed)
    write_rows(patients, args.output)
    people = counted(len(patients), "synthetic patient")
    logger.info("wrote %s: %s with %s", args.output, people, counted(patients.shape[1], "feature"))
