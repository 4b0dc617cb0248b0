"""Whether the record of a tracked study is still true of the store; asked without MLflow, which is slow to load."""

import json
import os
import sqlite3
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests

from stratify.track.connection import shown_uri, sqlite_path
from stratify.track.sqlite_store import opened_to_read

RUN = "SELECT 1 FROM runs WHERE run_uuid = ? AND status = 'FINISHED' AND lifecycle_stage = 'active'"
TIMEOUT_SECONDS = 3
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
        True where the record is unreadable or of another store, or the store is gone or no longer has the run of the
        execution or the champion's alias. False where there is no record, and where a server does not answer or asks
        for a password. On a server, which others may share, an alias on another version is no reason.
    """
    if not record.is_file():
        return False
    content = _read(record)
    if content.get("tracking_uri") != shown_uri(tracking_uri):
        return True
    path = sqlite_path(tracking_uri)
    if path is not None:
        return not _in_store(path, content)
    return tracking_uri.startswith(("http://", "https://")) and _gone_from_server(tracking_uri, content)


def last_writer(record: Path) -> str | None:
    """Say who wrote a record, none where there is none that can be read.

    Parameters
    ----------
    record
        ``results/track/<study>.json``.

    Returns
    -------
    str or None
        Identity as `stratify.track.writer` gives it.
    """
    return _read(record).get("writer") if record.is_file() else None


def _read(record: Path) -> dict[str, Any]:
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _gone_from_server(uri: str, content: dict[str, Any]) -> bool:
    user, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")

    def asked(what: str, **keys: str | None) -> requests.Response:
        address = f"{uri.rstrip('/')}/api/2.0/mlflow/{what}"
        return requests.get(
            address, params=keys, timeout=TIMEOUT_SECONDS, auth=(user, password) if user and password else None
        )

    try:
        run = asked("runs/get", run_id=content.get("execution_run_id"))
        if _is_missing(run) or (run.ok and run.json()["run"]["info"]["lifecycle_stage"] == "deleted"):
            return True
        names = {"name": content.get("registered_model"), "alias": content.get("alias")}
        return bool(content.get("registered_version")) and _is_missing(asked("registered-models/alias", **names))
    except (requests.RequestException, ValueError, KeyError):  # it cannot be asked: no reason to doubt the record
        return False


def _is_missing(answer: requests.Response) -> bool:
    """Whether MLflow itself says so: a proxy that knows no such page is no answer."""
    missing = answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
    return missing and answer.json().get("error_code") in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}


def _in_store(path: Path, content: dict[str, Any]) -> bool:
    if not path.is_file():
        return False
    wanted: list[tuple[str, tuple[str | None, ...]]] = [(RUN, (content.get("execution_run_id"),))]
    if content.get("registered_version"):
        names = (content.get("registered_model"), content.get("alias"), content.get("registered_version"))
        wanted.append((VERSION, names))
    try:
        with opened_to_read(path) as database:
            return all(database.execute(query, values).fetchone() for query, values in wanted)
    except sqlite3.Error as error:
        return "locked" in str(error)  # someone is writing: there is a store, and no reason to doubt it
