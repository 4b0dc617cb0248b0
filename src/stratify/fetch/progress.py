"""Show how a download goes on: a bar where someone is watching, nothing in a log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

Report = Callable[[int, int | None], None]
"""Takes the number of bytes received so far, and of all where the server says it."""


@contextmanager
def progress_bar(name: str, console: Console | None = None) -> Iterator[Report]:
    """Show a bar on standard error while a file is downloaded.

    Parameters
    ----------
    name
        What is downloaded.
    console
        Where to draw; standard error where not given. Nothing is drawn unless it is a terminal.

    Yields
    ------
    callable
        To be told of every piece.
    """
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=None)
        yield lambda received, total: progress.update(task, completed=received, total=total)
