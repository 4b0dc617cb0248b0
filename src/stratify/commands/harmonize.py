"""`stratify harmonize`: bring one cohort to common names and units, and list its oddities."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from stratify.config import DatasetConfig

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `stratify harmonize`."""
    parser.add_argument("--dataset", type=Path, required=True, help="dataset file, config/datasets/<id>.yaml")
    parser.add_argument(
        "--raw", type=Path, default=Path("data/raw"), help="folder with the fetched files of all sources"
    )
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder for the tables")


def run(args: argparse.Namespace) -> None:
    """Read, harmonize and check one cohort; write its tables unless a finding stops the run."""
    from stratify.artifacts.harmonize import BASELINE, CLINICAL, FINDINGS, MODALITY
    from stratify.artifacts.layout import Layout
    from stratify.artifacts.store import write_table
    from stratify.config import load_dataset
    from stratify.errors import StratifyError
    from stratify.harmonize.clinical import harmonize_clinical
    from stratify.harmonize.findings import blocking_message, findings_frame
    from stratify.harmonize.modality import harmonize_modality
    from stratify.harmonize.readers import reader_for

    config = load_dataset(args.dataset)
    dataset = args.dataset.stem
    paths = _raw_files(args, config)
    layout = Layout(args.results)
    outputs = [layout.clinical(dataset), *(layout.modality(dataset, name) for name in config.modalities)]

    raw = reader_for(config.clinical.reader).read_clinical(paths[config.clinical.file], config.clinical)
    clinical = harmonize_clinical(raw, config.clinical, dataset)
    n_baseline = int((clinical.table["timepoint"] == BASELINE).sum())
    logger.info("%s: %d samples, %d of them at baseline", dataset, len(clinical.table), n_baseline)
    findings = list(clinical.findings)
    modalities = {}
    for name, modality in config.modalities.items():
        measured = reader_for(modality.reader).read_modality(paths[modality.file], modality)
        result = harmonize_modality(measured, modality, name, clinical.keys, dataset)
        modalities[name] = result.table
        findings += result.findings
        samples = result.table.shape[1] - 1
        logger.info("%s: %s: %s features of %d samples", dataset, name, f"{len(result.table):,}", samples)

    found = findings_frame(dataset, findings, config.acknowledge)
    write_table(found, FINDINGS, layout.findings(dataset))
    _log_findings(found)
    message = blocking_message(found, str(args.dataset))
    if message is not None:
        for path in outputs:
            path.unlink(missing_ok=True)
        raise StratifyError(f"{message}\nAll findings are in {layout.findings(dataset)}")
    write_table(clinical.table, CLINICAL, layout.clinical(dataset))
    for name, table in modalities.items():
        write_table(table, MODALITY, layout.modality(dataset, name))


def _raw_files(args: argparse.Namespace, config: DatasetConfig) -> dict[str, Path]:
    """Find the dataset's files in its source; a file that is not the one fetched is not read."""
    from stratify.config import load_source
    from stratify.errors import StratifyError, nearest
    from stratify.fetch.digest import verify_present

    source = load_source(args.dataset.parent.parent / "sources" / f"{config.source}.yaml")
    files = [config.clinical.file, *(modality.file for modality in config.modalities.values())]
    for file in files:
        if file not in source.files:
            raise StratifyError(
                f"{args.dataset}: source {config.source!r} has no file {file!r}; {nearest(file, source.files)}"
            )
    paths = {file: args.raw / config.source / file for file in files}
    for file, path in paths.items():
        verify_present(path, source.files[file].sha256, file, config.source)
    return paths


def _log_findings(findings: pd.DataFrame) -> None:
    """Say what was found; errors that nobody accepted are in the message that stops the run."""
    levels = {"error": logging.WARNING, "warning": logging.WARNING, "info": logging.INFO}
    for row in findings[(findings["severity"] != "error") | findings["acknowledged"].notna()].itertuples():
        place = f" [{row.column}]" if isinstance(row.column, str) else ""
        reason = f" (accepted: {row.acknowledged})" if isinstance(row.acknowledged, str) else ""
        logger.log(levels[str(row.severity)], "%s: %s%s: %s%s", row.severity, row.finding, place, row.detail, reason)
