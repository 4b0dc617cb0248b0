"""Find a model by what the tracking store calls it."""

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from stratify.errors import StratifyError, nearest
from stratify.track.connection import connect, shown_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient

RUN_ID = re.compile(r"[0-9a-f]{32}")
MODEL_REFERENCE = re.compile(r"models:/(?P<name>[^/@]+)(?:@(?P<alias>[^/@]+)|/(?P<version>\d+))")
LOGGED_MODEL = re.compile(r"models:/m-[0-9a-f]{32}")
RUN_REFERENCE = re.compile(r"runs:/(?P<run>[0-9a-f]{32})(?:/(?P<path>.+))?")
NAME_ALONE = re.compile(r"(?:models:/+)?(?P<name>[^/@:]+)(?:@(?P<alias>[^/@:]+)|/(?P<version>\d+))?")
MODEL_NAME = "model"


def locate_model(reference: str, tracking_uri: str) -> Path:
    """Bring a model's files to this machine.

    Parameters
    ----------
    reference
        ``models:/<name>@<alias>``, ``models:/<name>/<version>``, ``models:/m-<id>``, ``runs:/<run id>/model`` or a
        run id.
    tracking_uri
        The tracking store. A SQLite store that does not exist is an error, never made.

    Returns
    -------
    pathlib.Path
        Folder with `MLmodel`.

    Raises
    ------
    StratifyError
        The reference has another form, or the store, model, alias, version or run does not exist (names the nearest).
    """
    if not any(pattern.fullmatch(reference) for pattern in (MODEL_REFERENCE, LOGGED_MODEL, RUN_REFERENCE, RUN_ID)):
        raise StratifyError(
            f"model {reference!r}: not a folder that exists, nor of the form models:/<name>@<alias>, "
            f"models:/<name>/<version>, runs:/<run id>/model or a run id{_meant(reference)}"
        )
    client = connect(tracking_uri, create=False)
    uri = _model_uri(client, reference, shown_uri(tracking_uri))
    import mlflow  # noqa: PLC0415 - heavy; settings were made by connect

    try:
        return Path(mlflow.artifacts.download_artifacts(artifact_uri=uri))
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise StratifyError(f"model {reference!r}: its files cannot be read: {reason}") from error


def _meant(reference: str) -> str:
    """Say which model or folder was probably meant, as the end of a message."""
    folder = _nearest_folder(Path(reference))
    if folder is not None:
        return f"; did you mean the folder {folder.as_posix()!r}?"
    match = NAME_ALONE.fullmatch(reference)
    if match is None:
        return ""
    version = f"/{match['version']}" if match["version"] else f"@{match['alias'] or 'champion'}"
    return f"; did you mean models:/{match['name']}{version}?"


def _nearest_folder(path: Path) -> Path | None:
    """Find the folder that a mistyped path comes closest to: the first part that does not exist is replaced."""
    if path.exists():
        return path.parent
    missing = next(part for part in [*reversed(path.parents), path] if not part.exists())
    if not missing.parent.is_dir():
        return None
    folders = {entry.name.casefold(): entry for entry in sorted(missing.parent.iterdir()) if entry.is_dir()}
    close = difflib.get_close_matches(missing.name.casefold(), folders, n=1)
    if not close:
        return None
    mended = folders[close[0]] / path.relative_to(missing)
    return mended if mended.is_dir() else folders[close[0]]


def _model_uri(client: "MlflowClient", reference: str, store: str) -> str:
    """Check that what a reference names exists, and give the address of its files."""
    if match := MODEL_REFERENCE.fullmatch(reference):
        _check_registered(client, match["name"], match["alias"], match["version"], store)
        return reference
    if match := RUN_REFERENCE.fullmatch(reference):
        _check_run(client, match["run"], store)
        return f"runs:/{match['run']}/{match['path'] or MODEL_NAME}"
    if RUN_ID.fullmatch(reference):
        _check_run(client, reference, store)
        return f"runs:/{reference}/{MODEL_NAME}"
    return reference


def _check_registered(client: "MlflowClient", name: str, alias: str | None, version: str | None, store: str) -> None:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy; settings were made by connect

    try:
        model = client.get_registered_model(name)
    except MlflowException:
        known = [model.name for model in client.search_registered_models(max_results=1000)]
        raise StratifyError(f"no model {name!r} is registered in {store}; {nearest(name, known)}") from None
    if alias is not None and alias not in model.aliases:
        raise StratifyError(f"model {name!r} in {store} has no alias {alias!r}; {nearest(alias, model.aliases)}")
    if version is not None:
        known = [str(entry.version) for entry in client.search_model_versions(f"name = '{name}'")]
        if version not in known:
            raise StratifyError(f"model {name!r} in {store} has no version {version}; {nearest(version, known)}")


def _check_run(client: "MlflowClient", run_id: str, store: str) -> None:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy; settings were made by connect

    try:
        run = client.get_run(run_id)
    except MlflowException:
        raise StratifyError(f"no run {run_id} in {store}") from None
    if run.data.tags.get("role") in {"execution", "comparator"}:
        raise StratifyError(
            f"run {run_id} ({run.info.run_name}, {run.data.tags['role']}) holds no model; "
            "choose a run whose tag role is model"
        )
