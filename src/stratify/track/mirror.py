"""Mirror one study's results to the tracking store."""

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from stratify import RESEARCH_USE_ONLY
from stratify.evaluate.pooling import POOLED
from stratify.report.auroc_table import auroc_table, wide_text
from stratify.spreadsheet import without_formulas
from stratify.track.connection import artifact_location, shown_uri
from stratify.track.inputs import dataset_inputs
from stratify.track.markdown import as_plain
from stratify.track.packaging import log_model
from stratify.track.record import RunRecord, child_records, headline, parent_record
from stratify.track.registry import ALIAS, point_alias, register_champion
from stratify.track.results import Provenance, StudyResults
from stratify.track.runs import RunStore, WrittenRun
from stratify.track.steady import steadily

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from mlflow import MlflowClient

logger = logging.getLogger(__name__)


def mirror_study(
    client: "MlflowClient", results: StudyResults, provenance: Provenance, tracking_uri: str
) -> dict[str, Any]:
    """Write what is new of a study to the tracking store, and point the alias at its champion.

    A run stands for the content of its inputs: a second call with the same results adds nothing, a changed model adds
    one run for the execution and one for the model, an unfinished run is deleted and written again, and an empty
    store is filled. The alias moves last. Others may write to the store at the same time: nothing of theirs is
    touched, what both write stands once, and the alias is where the last one put it.

    Parameters
    ----------
    client
        The store, open.
    results
        Outputs of the study.
    provenance
        Version of the code, and who writes.
    tracking_uri
        Address of the store.

    Returns
    -------
    dict
        Names the champion, its registered version, the experiment, the runs and their digests, and the writer.

    Raises
    ------
    StratifyError
        The store refuses, or still fails after several attempts.
    """

    def write() -> dict[str, Any]:
        return _write_study(client, results, provenance, tracking_uri)

    return steadily(write, f"the runs of {results.study}", shown_uri(tracking_uri))


def _write_study(
    client: "MlflowClient", results: StudyResults, provenance: Provenance, tracking_uri: str
) -> dict[str, Any]:
    experiment_id = _experiment(client, results, tracking_uri)
    store = RunStore(client, experiment_id, provenance.writer)
    children = child_records(results, provenance)
    parent = parent_record(results, children, provenance)
    added = _write_runs(store, results, parent, children)
    execution = store.settle(parent)
    written = {child.name: store.settle(child, execution.run_id) for child in children}
    version = None
    if results.champion is not None:
        record = next(child for child in children if child.name == results.champion)
        version = register_champion(client, results.study, record, written[results.champion])
    point_alias(client, results.study, version)
    logger.info("%s: %d of %d model and comparator runs are new", results.study, added, len(written))
    return {
        "study": results.study,
        "champion": results.champion,
        "registered_model": results.study if version else None,
        "registered_version": version,
        "alias": ALIAS if version else None,
        "writer": provenance.writer,
        "tracking_uri": shown_uri(tracking_uri),
        "experiment_id": experiment_id,
        "input_digest": parent.digest,
        "execution_run_id": execution.run_id,
        "runs": {child.name: _summary(child, written[child.name]) for child in children},
        "intended_use": RESEARCH_USE_ONLY,
    }


def _write_runs(store: RunStore, results: StudyResults, parent: RunRecord, children: list[RunRecord]) -> int:
    """Write the runs that are not there, read what is there then, and count the new runs of models and comparators."""
    inputs = dataset_inputs(results)
    execution = store.find(parent) or store.begin(parent)
    written = [_write_child(store, child, results, inputs, execution.run_id) for child in children]
    if not execution.reused:
        _fill_parent(store.client, execution.run_id, results, inputs)
        store.finish(execution.run_id, parent)
    added = sum(not run.reused for run in written)
    if added or not execution.reused:
        store.meet_twins([parent, *children])
    return added


def _summary(record: RunRecord, written: WrittenRun) -> dict[str, str]:
    return {"role": record.role, "run_id": written.run_id, "input_digest": record.digest}


def _experiment(client: "MlflowClient", results: StudyResults, tracking_uri: str) -> str:
    """Find or make the study's experiment, with its question as description."""
    found = client.get_experiment_by_name(results.study)
    if found is None:
        location = artifact_location(tracking_uri, results.study)
        kind = {"mlflow.experimentKind": "custom_model_development"}  # opens in the UI's view for model training
        experiment_id = str(client.create_experiment(results.study, artifact_location=location, tags=kind))
    else:
        experiment_id = str(found.experiment_id)
        if found.lifecycle_stage == "deleted":
            client.restore_experiment(experiment_id)
    note = f"{as_plain(results.config.question)}\n\n{RESEARCH_USE_ONLY}"
    if found is None or found.tags.get("mlflow.note.content") != note:
        client.set_experiment_tag(experiment_id, "mlflow.note.content", note)
    return experiment_id


def _write_child(
    store: RunStore, record: RunRecord, results: StudyResults, inputs: list[Any], parent: str
) -> WrittenRun:
    def fill(run_id: str) -> str | None:
        store.client.log_inputs(run_id, datasets=inputs)
        if record.card is None:
            return None
        for name, figure in _figures(results, record.name):
            store.client.log_figure(run_id, figure, f"figures/{name}.png", save_kwargs={"dpi": 120})
        logger.info("%s: logging the model %s", results.study, record.name)
        return log_model(run_id, record.card, results.models[record.name].folder, record.digest)

    return store.write(record, fill, parent)


def _figures(results: StudyResults, name: str) -> "Iterator[tuple[str, Figure]]":
    from stratify.report import figures  # noqa: PLC0415 - matplotlib is heavy

    rows = results.predictions[results.predictions["role"] == "cv"]
    if len(rows):
        yield "roc", figures.roc_figure(rows, [name], seed=results.config.seed)
        yield "calibration", figures.calibration_figure(rows, name)
        return
    held_out = results.predictions[results.predictions["role"].isin(["internal", "external"])]
    cohorts = held_out.groupby("cohort", sort=False)
    yield "calibration", figures.calibration_grid([figures.Panel(str(key), part) for key, part in cohorts], [name])
    aurocs = headline(results.metrics).query("model == @name and metric == 'auroc' and role != 'train'")
    lines = [
        figures.ForestLine(
            f"{row['cohort']} ({row['role']})",
            "mean" if row["cohort"] in POOLED else "cohort",
            {name: figures.Mark(row["estimate"], row["low"], row["high"])},
        )
        for row in aurocs.to_dict("records")
    ]
    yield "auroc", figures.cohort_forest_figure(lines, {name: figures.Series(name)}, quantity="AUROC", reference=0.5)


def _fill_parent(client: "MlflowClient", run_id: str, results: StudyResults, inputs: list[Any]) -> None:
    client.log_inputs(run_id, datasets=inputs)
    tables = {
        "performance.json": results.metrics,
        "comparisons.json": results.comparisons,
        "canaries.json": results.canaries,
        "univariate.json": results.univariate,
    }
    if len(results.sensitivity):
        tables["sensitivity.json"] = results.sensitivity
    aurocs = auroc_table(results.metrics, results.models)
    if len(aurocs):
        tables["auroc_by_cohort.json"] = wide_text(aurocs)
        client.log_text(run_id, without_formulas(aurocs).to_csv(index=False), "auroc_by_cohort.csv")
    for name, table in tables.items():
        client.log_table(run_id, _plain(table), name)
    study = yaml.safe_dump(results.config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    client.log_text(run_id, study, "study.yaml")
    if results.report is None:
        return
    if _names_patients(results.report.read_text(encoding="utf-8"), results.table["patient_id"]):
        logger.warning("%s names patients and is not copied to the tracking store", results.report)
        return
    client.log_artifact(run_id, str(results.report))


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Columns as JSON can hold them: text, numbers, truth values, and null for missing."""
    return table.astype(object).where(table.notna(), None)


def _names_patients(text: str, patients: pd.Series) -> bool:
    """Whether a text holds an identifier of a patient, the whole of it as a word."""
    words = {word.strip(".:-") for word in re.findall(r"[\w:.\-]+", text)}
    return not words.isdisjoint(patients)
