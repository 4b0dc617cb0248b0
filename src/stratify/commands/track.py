"""`stratify track`: mirror a study's results to MLflow and register the champion."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from stratify.artifacts.layout import Layout
    from stratify.config import StudyConfig
    from stratify.track.results import Cohort, ModelResult, StudyResults

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `track`."""
    parser.add_argument("--study", required=True, type=Path, help="study file, config/studies/<id>.yaml")
    parser.add_argument("--results", default=Path("results"), type=Path, help="folder of the run's results")
    parser.add_argument(
        "--occasion", default="first", help="word kept in the record, by which the workflow knows why it was written"
    )
    parser.add_argument(
        "--tracking-uri", help="MLflow tracking store; else MLFLOW_TRACKING_URI, else sqlite:///mlflow.db"
    )


def run(args: argparse.Namespace) -> None:
    """Mirror one study."""
    from stratify import __version__
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.store import write_json
    from stratify.code_version import git_state
    from stratify.track.connection import choose_tracking_uri, connect
    from stratify.track.mirror import mirror_study
    from stratify.track.results import Provenance
    from stratify.track.store import last_writer
    from stratify.track.writer import identified

    results = read_results(args.study, args.results)
    commit, dirty = git_state(args.study.parent)
    uri = choose_tracking_uri(args.tracking_uri)
    client = connect(uri, create=True)
    record = Layout(args.results).track(results.study)
    with identified(record.with_name(f".{results.study}.writer"), last_writer(record)) as writer:
        provenance = Provenance(commit, dirty, __version__, args.results, writer)
        summary = mirror_study(client, results, provenance, uri)
        write_json(summary | {"occasion": args.occasion}, record)
    if summary["champion"] is None:
        logger.warning("%s: no champion, because no candidate's canaries passed; the alias is not set", results.study)
        return
    logger.info(
        "%s: champion %s is models:/%s/%s, alias champion",
        *(summary[key] for key in ("study", "champion", "registered_model", "registered_version")),
    )


def read_results(study_file: Path, results: Path) -> "StudyResults":
    """Read the declared outputs of a study.

    Parameters
    ----------
    study_file
        ``config/studies/<id>.yaml``.
    results
        Folder of the run's results.

    Returns
    -------
    StudyResults

    Raises
    ------
    StratifyError
        A canary failed, or the tables and models are not of one run.
    """
    from stratify.artifacts.discover import UNIVARIATE
    from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS, SENSITIVITY
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.store import read_table
    from stratify.commands.same_patients import read_patients
    from stratify.config import load_study
    from stratify.evaluate.champion import choose_champion
    from stratify.track.one_run import refuse_failed
    from stratify.track.results import StudyResults

    config = load_study(study_file)
    study = study_file.stem
    layout = Layout(results)
    canaries = read_table(CANARIES, layout.canaries(study))
    refuse_failed(canaries, study)
    metrics = read_table(METRICS, layout.metrics(study))
    patients = read_patients(config, study, layout)
    predictions = patients.predictions(config.models)
    report = layout.report(study)
    return StudyResults(
        study=study,
        config=config,
        cohorts=_read_cohorts(study_file, config),
        models={
            name: _read_model(
                layout,
                study,
                name,
                metrics=metrics,
                predictions=predictions[predictions["model"].eq(name)],
                table=patients.table,
            )
            for name in config.models
        },
        table=patients.table,
        predictions=predictions,
        metrics=metrics,
        comparisons=read_table(COMPARISONS, layout.comparisons(study)),
        sensitivity=read_table(SENSITIVITY, layout.sensitivity(study)),
        canaries=canaries,
        univariate=read_table(UNIVARIATE, layout.univariate(study)),
        report=report if report.is_file() else None,
        champion=choose_champion(metrics, canaries, config),
    )


def _read_cohorts(study_file: Path, config: "StudyConfig") -> "dict[str, Cohort]":
    from stratify.config import load_dataset, load_source
    from stratify.track.results import Cohort

    folder = study_file.parent.parent
    datasets = {name: load_dataset(folder / "datasets" / f"{name}.yaml") for name in config.datasets.every}
    return {
        name: Cohort(dataset, load_source(folder / "sources" / f"{dataset.source}.yaml"))
        for name, dataset in datasets.items()
    }


def _read_model(
    layout: "Layout",
    study: str,
    name: str,
    *,
    metrics: "pd.DataFrame",
    predictions: "pd.DataFrame",
    table: "pd.DataFrame",
) -> "ModelResult":
    """Read a model and its tuning, and check that they are what was judged."""
    from stratify.artifacts.fit import TUNING
    from stratify.artifacts.store import read_table, remade
    from stratify.errors import StratifyError
    from stratify.score import PatientModel
    from stratify.track.one_run import require_judged_model, require_own_estimates
    from stratify.track.results import ModelResult

    folder = layout.model(study, name)
    model, tuning = PatientModel.load(folder), read_table(TUNING, layout.tuning(study, name))
    if (model.card.study, model.card.model) != (study, name):
        raise StratifyError(
            f"{folder}: expected the model {name!r} of study {study!r}, found {model.card.model!r} of "
            f"{model.card.study!r}; {remade(folder)}"
        )
    require_own_estimates(metrics, tuning, name)
    require_judged_model(model, predictions, table, name)
    return ModelResult(card=model.card, folder=folder, tuning=tuning)
