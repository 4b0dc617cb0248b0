"""`stratify harmonize`: bring one cohort to common names and units, and list its oddities."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from stratify.config.dataset import Modality
    from stratify.harmonize.expression import GeneTables

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
    from stratify.harmonize.cohort_rows import without_samples
    from stratify.harmonize.findings import blocking_message, findings_frame, modalities_disagree
    from stratify.harmonize.modality import harmonize_modality
    from stratify.harmonize.mutation_burden import in_declared_unit, with_burden
    from stratify.harmonize.readers.noticed import take_findings
    from stratify.harmonize.readers.parts import read_clinical, read_modality

    config = load_dataset(args.dataset)
    dataset = args.dataset.stem
    files = [file for table in (config.clinical, *config.modalities.values()) for file in [*table.files, *table.beside]]
    paths = _raw_files(args, config.source, files)
    layout = Layout(args.results)
    outputs = [layout.clinical(dataset), *(layout.modality(dataset, name) for name in config.modalities)]

    raw = read_clinical([paths[file] for file in config.clinical.files], config.clinical)
    findings = take_findings(raw)
    clinical = harmonize_clinical(raw, config.clinical, dataset)
    clinical_table = clinical.table
    n_baseline = int((clinical.table["timepoint"] == BASELINE).sum())
    logger.info("%s: %d samples, %d of them at baseline", dataset, len(clinical.table), n_baseline)
    findings += clinical.findings
    modalities = {}
    for name, modality in config.modalities.items():
        measured = read_modality([paths[file] for file in modality.files], modality)
        findings += take_findings(measured, name)
        measured = without_samples(measured, modality, clinical.others)
        if modality.mutations is not None:
            clinical_table, found_burden = with_burden(clinical_table, clinical.keys, measured, modality)
            findings += found_burden
            measured = in_declared_unit(measured, modality.unit)
        tables = _gene_tables(args, modality)
        result = harmonize_modality(measured, modality, name, clinical.keys, dataset, tables=tables)
        modalities[name] = result.table
        findings += result.findings
        samples = result.table.shape[1] - 1
        logger.info("%s: %s: %s features of %d samples", dataset, name, f"{len(result.table):,}", samples)
    findings += modalities_disagree(modalities, config.modalities)

    found = findings_frame(dataset, findings, config.acknowledge)
    write_table(found, FINDINGS, layout.findings(dataset))
    _log_findings(found)
    message = blocking_message(found, str(args.dataset))
    if message is not None:
        for path in outputs:
            path.unlink(missing_ok=True)
        raise StratifyError(f"{message}\nAll findings are listed above")
    write_table(clinical_table, CLINICAL, layout.clinical(dataset))
    for name, table in modalities.items():
        write_table(table, MODALITY, layout.modality(dataset, name))


def _raw_files(args: argparse.Namespace, name: str, files: Iterable[str]) -> dict[str, Path]:
    """Find files of a source, or whole folders; a file that is not the one fetched is not read."""
    from stratify.config import load_source
    from stratify.errors import StratifyError, nearest
    from stratify.fetch.digest import refuse_unlisted, verify_present

    source = load_source(args.dataset.parent.parent / "sources" / f"{name}.yaml")
    paths = {file: args.raw / name / file for file in files}
    for file, path in paths.items():
        members = [file] if file in source.files else [other for other in source.files if other.startswith(f"{file}/")]
        if not members:
            raise StratifyError(f"{args.dataset}: source {name!r} has no file {file!r}; {nearest(file, source.files)}")
        for member in members:
            verify_present(args.raw / name / member, source.files[member].sha256, member, name)
        if path.is_dir():
            refuse_unlisted(path, [member.removeprefix(f"{file}/") for member in members], name)
    return paths


def _gene_tables(args: argparse.Namespace, modality: Modality) -> GeneTables:
    """Read the gene tables that a modality asks for, each from its own source."""
    from stratify.harmonize.expression import GeneTables, read_gene_lengths, read_gene_table

    genes, lengths = modality.genes, modality.lengths
    return GeneTables(
        symbols=read_gene_table(_raw_files(args, genes.source, [genes.file])[genes.file], genes) if genes else None,
        lengths=read_gene_lengths(_raw_files(args, lengths.source, [lengths.file])[lengths.file], lengths)
        if lengths
        else None,
    )


def _log_findings(findings: pd.DataFrame) -> None:
    """Say what was found; errors that nobody accepted are in the message that stops the run."""
    levels = {"error": logging.WARNING, "warning": logging.WARNING, "info": logging.INFO}
    for row in findings[(findings["severity"] != "error") | findings["acknowledged"].notna()].itertuples():
        place = f" [{row.column}]" if isinstance(row.column, str) else ""
        reason = f" (accepted: {row.acknowledged})" if isinstance(row.acknowledged, str) else ""
        logger.log(levels[str(row.severity)], "%s: %s%s: %s%s", row.severity, row.finding, place, row.detail, reason)
