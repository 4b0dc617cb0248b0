"""`stratify report`: the self-contained HTML report of a study."""

import argparse
import hashlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stratify.report.results import Provenance, StudyResults

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command line."""
    from stratify.commands.study_inputs import add_signatures_argument, add_study_arguments

    add_study_arguments(parser)
    add_signatures_argument(parser)


def run(args: argparse.Namespace) -> None:
    """Read the study's artifacts and write the report."""
    from stratify.artifacts.atomic import atomic
    from stratify.artifacts.layout import Layout
    from stratify.report.render import render

    results = load_results(args)
    page = render(results)
    path = Layout(args.results).report(results.name)
    with atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    logger.info("report of %s: %s (%.0f kB), champion %s", results.name, path, len(page) / 1000, results.champion)


def load_results(args: argparse.Namespace) -> "StudyResults":
    """Read everything a report is made from.

    Parameters
    ----------
    args
        `study` and `results`, paths; `signatures`, the catalogues to cite.

    Returns
    -------
    StudyResults
    """
    import pandas as pd

    from stratify.artifacts.assemble import ATTRITION
    from stratify.artifacts.discover import UNIVARIATE
    from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS, SENSITIVITY
    from stratify.artifacts.harmonize import FINDINGS
    from stratify.artifacts.overlap import OVERLAP_SUMMARY
    from stratify.artifacts.store import read_table
    from stratify.commands.same_patients import read_patients
    from stratify.commands.study_inputs import read_signatures, read_study_inputs
    from stratify.evaluate.champion import choose_champion
    from stratify.report.results import StudyResults

    inputs = read_study_inputs(args)
    name, study, layout = inputs.name, inputs.study, inputs.layout
    metrics = read_table(METRICS, layout.metrics(name))
    canaries = read_table(CANARIES, layout.canaries(name))
    patients = read_patients(study, name, layout)
    splits = patients.splits()
    return StudyResults(
        name=name,
        study=study,
        datasets=inputs.datasets,
        table=patients.table,
        attrition=read_table(ATTRITION, layout.attrition(name)),
        splits=splits,
        overlap_summary=read_table(OVERLAP_SUMMARY, layout.overlap_summary(name)),
        findings=pd.concat([read_table(FINDINGS, layout.findings(dataset)) for dataset in inputs.datasets]),
        predictions=patients.predictions(study.models, splits),
        metrics=metrics,
        comparisons=read_table(COMPARISONS, layout.comparisons(name)),
        sensitivity=read_table(SENSITIVITY, layout.sensitivity(name)),
        canaries=canaries,
        univariate=read_table(UNIVARIATE, layout.univariate(name)),
        champion=choose_champion(metrics, canaries, study),
        provenance=_provenance(
            args, sorted({source for dataset in inputs.datasets.values() for source in dataset.sources})
        ),
        signatures=read_signatures(args, study),
    )


def _provenance(args: argparse.Namespace, sources: list[str]) -> "Provenance":
    from stratify import __version__
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.store import read_json
    from stratify.code_version import git_state
    from stratify.report.results import Provenance

    commit, uncommitted = git_state(args.study.parent)
    catalogues = "".join(f" {path.as_posix()}" for path in args.signatures or [])
    return Provenance(
        command=f"stratify report --study {args.study.as_posix()} --results {args.results.as_posix()}"
        + (f" --signatures{catalogues}" if catalogues else ""),
        package_version=__version__,
        study_sha256=hashlib.sha256(args.study.read_bytes()).hexdigest(),
        git_commit=commit,
        uncommitted=uncommitted,
        manifests={source: read_json(Layout(args.results).manifest(source)) for source in sources},
    )
