"""Write runs by the digest of their inputs: what is there and whole is kept, what is unfinished is written anew."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from stratify.track.record import RunRecord

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

logger = logging.getLogger(__name__)

FINISHED = "FINISHED"
PARENT_TAG = "mlflow.parentRunId"
MODEL_TAG = "logged_model_id"
PAGE = 1000


@dataclass(frozen=True)
class WrittenRun:
    """A run in the store: its id, whether it was there before, and the model logged in it, if any."""

    run_id: str
    reused: bool
    model_id: str | None = None


class RunStore:
    """The runs of one experiment, found by input digest.

    Runs that did not finish, or whose model's files are gone, are deleted on opening. Runs without the tag
    `input_digest` are not ours and are left alone.

    Parameters
    ----------
    client
        The tracking store.
    experiment_id
        The experiment.
    """

    def __init__(self, client: "MlflowClient", experiment_id: str) -> None:
        self.client = client
        self.experiment_id = experiment_id
        self._runs: dict[tuple[str, str], Run] = {}
        for run in self._ours():
            if self._is_whole(run):
                self._runs[run.data.tags["role"], run.data.tags["input_digest"]] = run
            else:
                self._remove(run)

    def write(self, record: RunRecord, fill: Callable[[str], str | None], parent: str | None = None) -> WrittenRun:
        """Write a run, or keep the one that has the same role and digest.

        Parameters
        ----------
        record
            What to write.
        fill
            Called with the new run's id, logs what is not in the record (inputs, files, a model) and gives the id
            of the logged model, if any; the record's metrics are attached to it. The run counts as finished only
            after that.
        parent
            Run it belongs to.

        Returns
        -------
        WrittenRun
        """
        kept = self._runs.get((record.role, record.digest))
        if kept is not None:
            self._adopt(kept, parent)
            return WrittenRun(kept.info.run_id, reused=True, model_id=kept.data.tags.get(MODEL_TAG))
        written = self.begin(record, parent)
        model_id = fill(written.run_id)
        self.finish(written.run_id, record, model_id)
        return WrittenRun(written.run_id, reused=False, model_id=model_id)

    def find(self, record: RunRecord) -> WrittenRun | None:
        """Find the finished run of a record."""
        kept = self._runs.get((record.role, record.digest))
        return None if kept is None else WrittenRun(kept.info.run_id, reused=True)

    def begin(self, record: RunRecord, parent: str | None = None) -> WrittenRun:
        """Start a run; it stays unfinished until `finish`."""
        tags = record.tags | {
            "role": record.role,
            "mlflow.note.content": record.note,
            "mlflow.source.name": "stratify track",
            "mlflow.source.type": "LOCAL",
        }
        if "git_commit" in record.tags:
            tags["mlflow.source.git.commit"] = record.tags["git_commit"]
        if parent is not None:
            tags[PARENT_TAG] = parent
        run = self.client.create_run(self.experiment_id, tags=tags, run_name=record.name)
        return WrittenRun(run.info.run_id, reused=False)

    def finish(self, run_id: str, record: RunRecord, model_id: str | None = None) -> None:
        """Log a record's parameters and metrics and mark the run as finished."""
        from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415 - heavy

        now = time.time_ns() // 1_000_000
        self.client.log_batch(
            run_id,
            metrics=[Metric(key, value, now, 0, model_id=model_id) for key, value in record.metrics.items()],
            params=[Param(key, value) for key, value in record.params.items()],
            tags=[] if model_id is None else [RunTag(MODEL_TAG, model_id)],
        )
        self.client.set_terminated(run_id, FINISHED)

    def _ours(self) -> "list[Run]":
        runs: list[Run] = []
        token = None
        while True:
            page = self.client.search_runs([self.experiment_id], max_results=PAGE, page_token=token)
            runs += [run for run in page if {"input_digest", "role"} <= set(run.data.tags)]
            token = page.token
            if not token:
                return runs

    def _is_whole(self, run: "Run") -> bool:
        if run.info.status != FINISHED:
            return False
        model_id = run.data.tags.get(MODEL_TAG)
        if model_id is None:
            return run.data.tags["role"] != "model"
        try:
            location = urlsplit(self.client.get_logged_model(model_id).artifact_location)
        except Exception:  # noqa: BLE001 - a model that cannot be had is written anew
            return False
        return location.scheme not in {"", "file"} or (Path(unquote(location.path)) / "MLmodel").is_file()

    def _remove(self, run: "Run") -> None:
        logger.info("run %s (%s) was not whole: written anew", run.info.run_id, run.info.run_name)
        models = self.client.search_logged_models([self.experiment_id], f"source_run_id = '{run.info.run_id}'")
        for model in models:
            self.client.delete_logged_model(model.model_id)
        self.client.delete_run(run.info.run_id)

    def _adopt(self, run: "Run", parent: str | None) -> None:
        """Give a kept run a new parent where the execution that wrote it is gone."""
        parents = {kept.info.run_id for (role, _), kept in self._runs.items() if role == "execution"}
        if parent is not None and run.data.tags.get(PARENT_TAG) not in parents | {parent}:
            self.client.set_tag(run.info.run_id, PARENT_TAG, parent)
