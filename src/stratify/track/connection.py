"""Open the tracking store: quietly, with one clear message where it is not there."""

import logging
import os
import sqlite3
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from stratify.errors import StratifyError, nearest
from stratify.track.schema import check_schema, schema_complaint
from stratify.track.sqlite_store import ensure_sqlite_store, is_there, opened_to_read

if TYPE_CHECKING:
    from mlflow import MlflowClient

DEFAULT_TRACKING_URI = "sqlite:///mlflow.db"
ARTIFACTS_FOLDER = "mlartifacts"
SQLITE_PREFIX = "sqlite:///"
SCHEMES = ["databricks", "databricks-uc", "http", "https", "mssql", "mysql", "postgresql", "sqlite", "uc"]
MLFLOW_TABLES = {"experiments", "runs"}
"""The first tables that MLflow makes; a store that is being made has at least one of them."""

BARE = {"databricks", "databricks-uc", "uc"}
DATABASE_ENDINGS = {".db", ".sqlite", ".sqlite3"}
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
}
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}
"""A server that does not answer is reported within a minute; a user's own settings go first."""


def choose_tracking_uri(given: str | None) -> str:
    """Take the given address, else that of ``MLFLOW_TRACKING_URI``, else ``sqlite:///mlflow.db``."""
    return given or os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_TRACKING_URI


def connect(uri: str, *, create: bool) -> "MlflowClient":
    """Open a tracking store and its registry.

    Parameters
    ----------
    uri
        ``sqlite:///<file>``, another database, or ``http(s)://<server>``.
    create
        Whether a SQLite store that does not exist is made; otherwise that is an error.

    Returns
    -------
    mlflow.MlflowClient

    Raises
    ------
    StratifyError
        The store does not exist, does not answer, is of another MLflow's schema, or of a kind MLflow no longer keeps.
    """
    check_tracking_uri(uri)
    _check_file(uri, create=create)
    os.environ.update(QUIET)
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: PLC0415 - after the settings above, which it reads on import

    for name in ("mlflow", "alembic", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    path = sqlite_path(uri)
    if path is not None:
        check_schema(path, uri)
    try:
        if path is not None and create:
            ensure_sqlite_store(path)
        client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        client.search_experiments(max_results=1)
    except StratifyError:
        raise
    except Exception as error:
        reason = " ".join(str(error).replace(uri, shown_uri(uri)).split())[:300]
        other = schema_complaint(reason, shown_uri(uri))
        raise StratifyError(other or f"tracking store {shown_uri(uri)} does not open: {reason}") from error
    return client


def check_tracking_uri(uri: str) -> None:
    """Raise an error where an address can never be that of a tracking store; MLflow is not asked.

    Parameters
    ----------
    uri
        As given by the user.

    Raises
    ------
    StratifyError
        The address is a path, names an unknown kind of store (gives the nearest), or a SQLite store that is a folder.
    """
    path = sqlite_path(uri)
    if path is not None:
        if path.is_dir() or not path.name:
            raise StratifyError(f"tracking store {uri}: {path} is a folder; name a file, {SQLITE_PREFIX}<file>")
        return
    _check_address(uri)
    scheme, separator, rest = uri.partition(":")
    if scheme == "sqlite":
        meant = f"{SQLITE_PREFIX}{rest.lstrip('/') or 'mlflow.db'}"
        raise StratifyError(f"tracking store {uri!r}: a SQLite store is written with three slashes: {meant}")
    if uri in BARE or (separator and (scheme.partition("+")[0] in SCHEMES or scheme in _plugins())):
        return
    if separator and scheme != "file":
        raise StratifyError(f"tracking store {shown_uri(uri)!r}: unknown kind {scheme!r}; {nearest(scheme, SCHEMES)}")
    plain = Path(unquote(urlsplit(uri).path) if separator else uri)
    if plain.is_file() or plain.suffix in DATABASE_ENDINGS:
        meant = f"{SQLITE_PREFIX}{plain}"
        raise StratifyError(f"tracking store {uri!r} is a path, not an address; did you mean {meant!r}?")
    raise StratifyError(
        f"tracking store {uri!r} is a folder, which MLflow no longer keeps runs in; use {SQLITE_PREFIX}<file>"
    )


def _check_address(uri: str) -> None:
    try:
        urlsplit(uri)
    except ValueError as error:
        raise StratifyError(f"tracking store {uri!r}: not an address: {error}; expected http://<server>") from None


def _plugins() -> set[str]:
    """Kinds of stores that installed packages add to MLflow."""
    return {point.name for point in entry_points(group="mlflow.tracking_store")}


def _check_file(uri: str, *, create: bool) -> None:
    """Raise an error where a SQLite store is not there, or has no folder to be made in."""
    path = sqlite_path(uri)
    if path is None:
        return
    if not create and not is_there(path):
        found = f"the file {path} is empty" if path.is_file() else f"there is no file {path}"
        raise StratifyError(
            f"tracking store {uri}: {found}; run the workflow first (`snakemake --cores all`), "
            "or name the store with --tracking-uri"
        )
    if create and not path.absolute().parent.is_dir():
        raise StratifyError(f"tracking store {uri}: there is no folder {path.absolute().parent}")
    _refuse_foreign(path, uri)


def _refuse_foreign(path: Path, uri: str) -> None:
    """Raise an error where a file is no tracking store; MLflow would write its tables into any database."""
    if not is_there(path):
        return
    try:
        with opened_to_read(path) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.OperationalError:
        return  # locked, or not to be opened for reading: MLflow waits, or says why
    except sqlite3.DatabaseError as error:
        raise StratifyError(f"tracking store {uri}: {path} is not a SQLite database ({error})") from None
    if tables and not tables & MLFLOW_TABLES:
        shown = ", ".join(sorted(tables)[:3])
        raise StratifyError(
            f"tracking store {uri}: {path} is a database of another program: expected MLflow's tables "
            f"{', '.join(sorted(MLFLOW_TABLES))}, found {shown}; name another file"
        )


def sqlite_path(uri: str) -> Path | None:
    """Give the file of a SQLite store, none for every other kind."""
    return Path(uri.removeprefix(SQLITE_PREFIX).split("?")[0]) if uri.startswith(SQLITE_PREFIX) else None


def artifact_location(uri: str, experiment: str) -> str | None:
    """Say where an experiment's files go: beside a SQLite store, else where the server decides (none)."""
    path = sqlite_path(uri)
    return None if path is None else (path.absolute().parent / ARTIFACTS_FOLDER / experiment).as_uri()


def shown_uri(uri: str) -> str:
    """Give an address without user name and password."""
    parts = urlsplit(uri)
    return uri.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1) if "@" in parts.netloc else uri
