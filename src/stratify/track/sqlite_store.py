"""A SQLite tracking store as a file: looked into without MLflow, and made whole or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from stratify.artifacts.atomic import atomic
from stratify.artifacts.lock import one_at_a_time

TIMEOUT_SECONDS = 5


def is_there(path: Path) -> bool:
    """Tell whether there is a store, or anything else but an empty file."""
    return path.is_file() and path.stat().st_size > 0


@contextmanager
def opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file that nothing is written to; what is wrong with it is raised as `sqlite3.Error`."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=TIMEOUT_SECONDS)) as database:
        yield database


def ensure_sqlite_store(path: Path) -> None:
    """Make the tables of a SQLite store where there is no file, or an empty one.

    MLflow makes them in place, one migration after the other, and refuses a file in which it was interrupted. So they
    are made in a file beside it, which gets the name when it is whole. Of several processes at once, one makes it.

    Parameters
    ----------
    path
        The database file.

    Raises
    ------
    StratifyError
        The file cannot be written.
    """
    if is_there(path):
        return
    with one_at_a_time(path.with_name(f".{path.name}.lock"), f"making {path}"):
        if is_there(path):
            return
        with atomic(path) as temporary:
            _make_tables(temporary)


def _make_tables(path: Path) -> None:
    import sqlalchemy  # noqa: PLC0415 - heavy
    from mlflow.store.db.utils import _initialize_tables  # noqa: PLC0415

    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    try:
        _initialize_tables(engine)
    finally:
        engine.dispose()
