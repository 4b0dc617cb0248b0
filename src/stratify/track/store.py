"""Whether the record of a tracked study is still true of the store; read without MLflow, so it costs nothing to ask."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from stratify.track.connection import shown_uri, sqlite_path

RUN = "SELECT 1 FROM runs WHERE run_uuid = ? AND status = 'FINISHED' AND lifecycle_stage = 'active'"
VERSION = "SELECT 1 FROM registered_model_aliases WHERE name = ? AND alias = ? AND version = ?"


def record_is_stale(record: Path, tracking_uri: str) -> bool:
    """Say whether a study has to be tracked again although its record exists.

    Parameters
    ----------
    record
        ``results/track/<study>.json``.
    tracking_uri
        The store that runs are now written to.

    Returns
    -------
    bool
        True where the record is unreadable or of another store, or a SQLite store is gone or no longer has the run
        of the execution or the champion's alias. False where there is no record, and for a server, which is
        not asked.
    """
    if not record.is_file():
        return False
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except ValueError:
        return True
    if not isinstance(content, dict) or content.get("tracking_uri") != shown_uri(tracking_uri):
        return True
    path = sqlite_path(tracking_uri)
    return path is not None and not _in_store(path, content)


def _in_store(path: Path, content: dict[str, str | None]) -> bool:
    if not path.is_file():
        return False
    wanted: list[tuple[str, tuple[str | None, ...]]] = [(RUN, (content.get("execution_run_id"),))]
    if content.get("registered_version"):
        names = (content.get("registered_model"), content.get("alias"), content.get("registered_version"))
        wanted.append((VERSION, names))
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            return all(database.execute(query, values).fetchone() for query, values in wanted)
    except sqlite3.Error as error:
        return "locked" in str(error)  # someone is writing: there is a store, and no reason to doubt it
