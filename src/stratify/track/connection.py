"""Open the tracking store: quietly, with one clear message where it is not there."""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stratify.errors import StratifyError

if TYPE_CHECKING:
    from mlflow import MlflowClient

DEFAULT_TRACKING_URI = "sqlite:///mlflow.db"
ARTIFACTS_FOLDER = "mlartifacts"
SQLITE_PREFIX = "sqlite:///"
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
        The store does not exist, does not answer, or is of a kind MLflow no longer keeps.
    """
    _check_uri(uri, create=create)
    os.environ.update(QUIET)
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: PLC0415 - after the settings above, which it reads on import

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        client.search_experiments(max_results=1)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise StratifyError(f"tracking store {shown_uri(uri)} does not open: {reason}") from error
    return client


def _check_uri(uri: str, *, create: bool) -> None:
    path = sqlite_path(uri)
    if path is None:
        if urlsplit(uri).scheme in {"", "file"}:
            raise StratifyError(
                f"tracking store {uri!r} is a folder, which MLflow no longer keeps runs in; use sqlite:///<file>"
            )
        return
    if not create and not (path.is_file() and path.stat().st_size):
        raise StratifyError(
            f"tracking store {uri}: there is no file {path}; run the workflow first (`snakemake --cores all`), "
            "or name the store with --tracking-uri"
        )
    if create and not path.absolute().parent.is_dir():
        raise StratifyError(f"tracking store {uri}: there is no folder {path.absolute().parent}")


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
