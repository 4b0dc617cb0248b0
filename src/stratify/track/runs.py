"""Write runs by the digest of their inputs: what is there and whole is kept, what is unfinished is written anew."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from stratify.track.record import RunRecord
from stratify.track.steady import InterferenceError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

logger = logging.getLogger(__name__)

FINISHED = "FINISHED"
PARENT_TAG = "mlflow.parentRunId"
MODEL_TAG = "logged_model_id"
WRITER_TAG = "writer"
PAGE = 1000
TWIN_PATIENCE_SECONDS = 10.0
SURELY_OVER_MS = 24 * 60 * 60 * 1000
"""Tracking a study takes minutes; whatever began a day ago is not being written, even where clocks differ."""


@dataclass(frozen=True)
class WrittenRun:
    """A run in the store: its id, whether it was there before, and the model logged in it, if any."""

    run_id: str
    reused: bool
    model_id: str | None = None


class RunStore:
    """The runs of one experiment, found by input digest, which others may be writing to at the same time.

    A run is *whole* when it is finished and its model's files are there. One that is not is removed where this writer
    began it (it was interrupted, see `stratify.track.writer`) or where it began over a day ago; otherwise another
    writer is at work on it, and it is left alone. Finished runs of others whose files cannot be reached from here are
    left alone too, but not used.

    Two writers of the same content may both write it. Of such twins the one that finished first counts, for everyone;
    the other is removed by its own writer (by anyone after a day), but never if it was registered.

    Runs without the tag `input_digest` are not ours and are left alone.

    Parameters
    ----------
    client
        The tracking store.
    experiment_id
        The experiment.
    writer
        Identity of this writer; becomes a tag of every run.
    """

    def __init__(self, client: "MlflowClient", experiment_id: str, writer: str) -> None:
        self.client = client
        self.experiment_id = experiment_id
        self.writer = writer
        self._runs: dict[tuple[str, str], Run] = {}
        self._left_alone: dict[str, tuple[str, str]] = {}
        self._with_files: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        """Read what is there, and remove what was left half-written or lost to a twin."""
        whole = []
        self._left_alone = {}
        for run in self._ours():
            if self._is_whole(run):
                whole.append(run)
            elif self._may_remove(run):
                logger.info("run %s (%s) was not whole: removed", run.info.run_id, run.info.run_name)
                self._remove(run)
            else:
                self._left_alone[run.info.run_id] = _key(run)
        self._runs = {}
        for run in sorted(whole, key=lambda run: (run.info.end_time, run.info.run_id)):
            first = self._runs.setdefault(_key(run), run)
            if first is not run and self._may_remove(run) and not self._is_registered(run):
                logger.info("run %s (%s) is written twice: removed", run.info.run_id, run.info.run_name)
                self._remove(run)

    def meet_twins(self, records: list[RunRecord]) -> None:
        """Read what is there, once whoever writes the same content just now has finished, or a while has passed.

        When two finish at once, the first to look may not see the other, whose clock says that it was earlier; after
        this wait both see both, or the other is later beyond doubt.
        """
        ours = {(record.role, record.digest) for record in records}
        deadline = time.monotonic() + TWIN_PATIENCE_SECONDS
        self.refresh()
        while ours.intersection(self._left_alone.values()) and time.monotonic() < deadline:
            time.sleep(0.2)
            self.refresh()

    def write(self, record: RunRecord, fill: Callable[[str], str | None], parent: str) -> WrittenRun:
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
        kept = self.find(record)
        if kept is not None:
            return kept
        written = self.begin(record, parent)
        model_id = fill(written.run_id)
        self.finish(written.run_id, record, model_id)
        return WrittenRun(written.run_id, reused=False, model_id=model_id)

    def find(self, record: RunRecord) -> WrittenRun | None:
        """Find the finished run of a record, as last read."""
        kept = self._runs.get((record.role, record.digest))
        return None if kept is None else WrittenRun(kept.info.run_id, True, kept.data.tags.get(MODEL_TAG))

    def settle(self, record: RunRecord, parent: str | None = None) -> WrittenRun:
        """Say which run stands for a record that was written, whoever wrote it.

        Parameters
        ----------
        record
            What was written.
        parent
            Run it belongs to where the execution that wrote it is gone.

        Returns
        -------
        WrittenRun

        Raises
        ------
        InterferenceError
            The run is not there any more.
        """
        found = self.find(record)
        if found is None:
            raise InterferenceError(f"the run of {record.name} was removed by someone else")
        if parent is not None:
            self._adopt(self._runs[record.role, record.digest], parent)
        return found

    def begin(self, record: RunRecord, parent: str | None = None) -> WrittenRun:
        """Start a run; it stays unfinished until `finish`."""
        tags = record.tags | {
            "role": record.role,
            WRITER_TAG: self.writer,
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
                return list({run.info.run_id: run for run in runs}.values())  # pages shift while others write

    def _is_whole(self, run: "Run") -> bool:
        model_id = run.data.tags.get(MODEL_TAG)
        if run.info.status != FINISHED or (model_id is None and run.data.tags["role"] == "model"):
            return False
        return model_id is None or self._has_files(model_id)

    def _has_files(self, model_id: str) -> bool:
        if model_id not in self._with_files and self._finds_files(model_id):
            self._with_files.add(model_id)
        return model_id in self._with_files

    def _finds_files(self, model_id: str) -> bool:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy

        try:
            location = urlsplit(self.client.get_logged_model(model_id).artifact_location)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return False
        return location.scheme not in {"", "file"} or (Path(unquote(location.path)) / "MLmodel").is_file()

    def _may_remove(self, run: "Run") -> bool:
        if run.data.tags.get(WRITER_TAG) == self.writer:
            return True
        if MODEL_TAG in run.data.tags and not self._has_files(run.data.tags[MODEL_TAG]):
            return False
        return bool(time.time_ns() // 1_000_000 - run.info.start_time > SURELY_OVER_MS)

    def _is_registered(self, run: "Run") -> bool:
        return bool(self.client.search_model_versions(f"run_id = '{run.info.run_id}'", max_results=1))

    def _remove(self, run: "Run") -> None:
        models = self.client.search_logged_models([self.experiment_id], f"source_run_id = '{run.info.run_id}'")
        for model in models:
            self.client.delete_logged_model(model.model_id)
        self.client.delete_run(run.info.run_id)

    def _adopt(self, run: "Run", parent: str) -> None:
        """Give a kept run a new parent where the execution that wrote it is gone."""
        executions = {kept.info.run_id for (role, _), kept in self._runs.items() if role == "execution"}
        if run.data.tags.get(PARENT_TAG) not in executions | set(self._left_alone):
            self.client.set_tag(run.info.run_id, PARENT_TAG, parent)


def _key(run: "Run") -> tuple[str, str]:
    return run.data.tags["role"], run.data.tags["input_digest"]
