"""One process at a time runs a stage for the same study, cohort or source."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUBJECTS = ("study", "dataset", "source")


@contextmanager
def alone(args: argparse.Namespace) -> Iterator[None]:
    """Run the block when no other process of this machine makes the same outputs.

    The jobs of a workflow that was killed may outlive it, and the workflow that is started next makes the same files.
    It waits for them here, so that two never write to one place or one tracking store.

    Parameters
    ----------
    args
        Of a stage: `command`, `results`, the file of a study, dataset or source, and `model` where there is one.
    """
    from stratify.artifacts.lock import one_at_a_time

    subject: Path = next(value for name in SUBJECTS if (value := getattr(args, name, None)) is not None)
    if not subject.is_file():  # the command says so
        yield
        return
    words = [args.command, subject.stem, *([args.model] if args.command == "fit" else [])]
    with one_at_a_time(args.results / f".{'.'.join(words)}.lock", f"stratify {' '.join(words)}"):
        yield
