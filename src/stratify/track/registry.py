"""The registered model of a study: a version per champion, and the alias that moves last."""

from typing import TYPE_CHECKING

from stratify.track.record import RunRecord
from stratify.track.runs import WrittenRun

if TYPE_CHECKING:
    from mlflow import MlflowClient

ALIAS = "champion"


def register_champion(client: "MlflowClient", study: str, record: RunRecord, written: WrittenRun) -> str:
    """Make sure the champion's run has a registered version.

    Parameters
    ----------
    client
        The tracking store.
    study
        Name of the registered model.
    record
        The champion's record; its note describes the model and the version.
    written
        The champion's run, with its logged model.

    Returns
    -------
    str
        Number of the version: an earlier one where the same run was registered before, or is by another writer now.
    """
    _describe_model(client, study, record.note)
    first = _first_version(client, study, written.run_id)
    if first is not None:
        return str(first)
    made = client.create_model_version(
        study,
        source=f"models:/{written.model_id}",
        run_id=written.run_id,
        model_id=written.model_id,
        description=record.note,
        tags={key: record.tags[key] for key in ("input_digest", "model", "package_version")},
    )
    first = _first_version(client, study, written.run_id)
    if first is not None and first < int(made.version):  # the store counts up, so the later of two sees the earlier
        client.delete_model_version(study, made.version)
        return str(first)
    return str(made.version)


def _first_version(client: "MlflowClient", study: str, run_id: str) -> int | None:
    versions = client.search_model_versions(f"name = '{study}'")
    return min((int(version.version) for version in versions if version.run_id == run_id), default=None)


def _describe_model(client: "MlflowClient", study: str, note: str) -> None:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy

    try:
        model = client.get_registered_model(study)
    except MlflowException:
        client.create_registered_model(study, description=note, tags={"research_use_only": "true"})
        return
    if model.description != note:
        client.update_registered_model(study, description=note)


def point_alias(client: "MlflowClient", study: str, version: str | None) -> None:
    """Point the alias `champion` at a version, or take it away where there is no champion.

    Parameters
    ----------
    client
        The tracking store.
    study
        Name of the registered model.
    version
        The champion's version; none where no candidate's canaries passed.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy

    try:
        current = client.get_registered_model(study).aliases.get(ALIAS)
    except MlflowException:  # never registered
        return
    if version is None and current is not None:
        client.delete_registered_model_alias(study, ALIAS)
    elif version is not None and str(current) != version:
        client.set_registered_model_alias(study, ALIAS, version)
