"""Make a SQLite tracking store, whole or not at all."""

from pathlib import Path

from stratify.artifacts.atomic import atomic
from stratify.artifacts.lock import one_at_a_time


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
    if _is_there(path):
        return
    with one_at_a_time(path.with_name(f".{path.name}.lock"), f"making {path}"):
        if _is_there(path):
            return
        with atomic(path) as temporary:
            _make_tables(temporary)


def _is_there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _make_tables(path: Path) -> None:
    import sqlalchemy  # noqa: PLC0415 - heavy
    from mlflow.store.db.utils import _initialize_tables  # noqa: PLC0415

    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    try:
        _initialize_tables(engine)
    finally:
        engine.dispose()
