"""The `stratify` command: finds the subcommand, runs it, turns an error into one message."""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from stratify.errors import StratifyError, nearest

STAGES = {
    "fetch": "download and verify the files of a source",
    "harmonize": "bring one cohort to common names and units, and list its oddities",
    "assemble": "decide who is in a study and what is known of each patient",
    "split": "decide which patients a model may see",
    "fit": "train a model inside training folds and predict the patients it never saw",
    "evaluate": "measure performance with intervals and judge the canaries",
    "discover": "test each feature's association with the endpoint",
    "report": "write the self-contained HTML report of a study",
    "track": "mirror a study's results to MLflow and register the champion",
}
VERBS = {
    "score": "score new patients with a registered or saved model",
    "example": "write a synthetic input file for a model, to try `score` with",
    "export": "write a study's patients as a MuData file, for muon and scanpy",
}
COMMANDS = STAGES | VERBS


class HelpFormatter(argparse.HelpFormatter):
    """Give the default of an argument where it has one that says something."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        silent = action.default in {None, False, argparse.SUPPRESS} or action.required
        return action.help if silent else f"{action.help} (default: %(default)s)"


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Build the parser; only the module of `command` is imported.

    Parameters
    ----------
    command
        The subcommand whose arguments are needed; ``None`` for an overview of all.

    Returns
    -------
    argparse.ArgumentParser
    """
    parser = argparse.ArgumentParser(
        prog="stratify",
        description="Biomarker discovery and patient stratification. Research use only.",
        formatter_class=HelpFormatter,
        epilog="The workflow runs the stages for you: `snakemake --cores all`.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="command")
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            formatter_class=HelpFormatter,
        )
        subparser.add_argument(
            "--debug", action="store_true", help="on an error, show the traceback instead of one message"
        )
        if name == command:
            module = importlib.import_module(f"stratify.commands.{name}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program name; those of the process where ``None``.

    Returns
    -------
    int
        0 on success, 2 where the input has to change, 1 on an unexpected error.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in arguments if word in COMMANDS), None)
    stranger = next((word for word in arguments if not word.startswith("-")), None)
    if command is None and stranger is not None:
        print(f"stratify: error: unknown command {stranger!r}; {nearest(stranger, COMMANDS)}", file=sys.stderr)
        return 2
    parser = build_parser(command)
    args = parser.parse_args(arguments)
    if args.version:
        from stratify import __version__

        print(f"stratify {__version__}")
        return 0
    if args.command is None:
        parser.print_help()
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("stratify").setLevel(logging.INFO)
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    from stratify.commands.alone import alone

    try:
        with alone(args) if args.command in STAGES else nullcontext():
            args.run(args)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except (StratifyError, OSError) as error:
        if args.debug:
            raise
        print(f"stratify {args.command}: error: {error}", file=sys.stderr)
        return 2
    except Exception as error:
        if args.debug:
            raise
        print(
            f"stratify {args.command}: unexpected {type(error).__name__}: {error}\n"
            "This is a defect of the program; run the same command with --debug for the traceback.",
            file=sys.stderr,
        )
        return 1
    return 0
