"""Whether a database was made by the MLflow that is installed; another's is neither used nor changed unasked."""

import re
import sqlite3
from importlib.metadata import version
from pathlib import Path

from stratify.errors import StratifyError
from stratify.track.sqlite_store import opened_to_read

REVISION = "SELECT version_num FROM alembic_version"
ANY_RUN = "SELECT 1 FROM runs LIMIT 1"
COMPLAINT = re.compile(r"out-of-date database schema \(found version (?P<found>\w+), but expected")


def check_schema(path: Path, uri: str) -> None:
    """Raise an error where a SQLite store with runs is of another MLflow's schema.

    MLflow adds missing tables, and with them every later change of the schema, as soon as it opens a store, also to
    read from it. A store without runs is still being made and is left to it.

    Parameters
    ----------
    path
        The store's file.
    uri
        Its address, for the message.

    Raises
    ------
    StratifyError
        Says whether an earlier or a later MLflow wrote the store, and what to do.
    """
    found = _revision(path) if path.is_file() else None
    if found is not None and found not in _revisions()[:1]:
        raise StratifyError(_other_schema(found, uri))


def schema_complaint(reason: str, uri: str) -> str | None:
    """Put what MLflow says of a database with another schema into this package's words; none for anything else.

    Parameters
    ----------
    reason
        Message of MLflow.
    uri
        Address of the store, without password.

    Returns
    -------
    str or None
    """
    match = COMPLAINT.search(reason)
    return _other_schema(match["found"], uri) if match else None


def _revision(path: Path) -> str | None:
    try:
        with opened_to_read(path) as database:
            row = database.execute(REVISION).fetchone() if database.execute(ANY_RUN).fetchone() else None
    except sqlite3.Error:  # not MLflow's, or locked: MLflow itself says what is wrong, or waits
        return None
    return str(row[0]) if row else None


def _revisions() -> list[str]:
    """Schemas that the installed MLflow knows, the one it uses first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - heavy
    from mlflow.store.db import utils  # noqa: PLC0415

    folder = Path(utils.__file__).parents[1] / "db_migrations"
    return [revision.revision for revision in ScriptDirectory(str(folder)).walk_revisions()]


def _other_schema(found: str, uri: str) -> str:
    here = f"MLflow {version('mlflow')}"
    if found in _revisions():
        return (
            f"tracking store {uri} was written by an earlier MLflow than {here} (schema {found}); keep a copy of it, "
            f"then run `mlflow db upgrade {uri}`; the earlier MLflow cannot open it afterwards"
        )
    return (
        f"tracking store {uri} was written by a later MLflow than {here}, which does not know its schema {found}; "
        "install the MLflow that wrote it, or name another store"
    )
