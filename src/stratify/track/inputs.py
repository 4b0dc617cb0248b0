"""Data sets as MLflow shows them: name, digest, public source, columns and counts; never a patient's row."""

import json
from typing import TYPE_CHECKING

import pandas as pd

from stratify.artifacts.assemble import IDENTITY
from stratify.config import SourceConfig
from stratify.track.digest import table_digest
from stratify.track.results import StudyResults

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

DIGEST_LENGTH = 32
FROM_PACKAGE, FROM_WEB, BY_HAND = "python_package", "http", "placed_by_hand"


def dataset_inputs(results: StudyResults) -> "list[DatasetInput]":
    """Describe the cohorts a study was trained and judged on.

    Parameters
    ----------
    results
        Outputs of the study.

    Returns
    -------
    list of mlflow.entities.DatasetInput
        One per cohort; the digest is over the cohort's rows of the study table (MLflow keeps 36 characters).
    """
    from mlflow.entities import Dataset, DatasetInput, InputTag  # noqa: PLC0415 - heavy

    judged_on = results.config.datasets.evaluate
    return [
        DatasetInput(
            Dataset(
                name=cohort,
                digest=table_digest(rows)[:DIGEST_LENGTH],
                source_type=_source_type(results, str(cohort)),
                source=json.dumps(_source(results, str(cohort)), ensure_ascii=False),
                schema=json.dumps({"mlflow_colspec": _columns(rows)}),
                profile=json.dumps({"num_rows": len(rows), "num_positive": int(rows["y"].sum())}),
            ),
            [InputTag("mlflow.data.context", "evaluation" if cohort in judged_on else "training")],
        )
        for cohort, rows in results.table.groupby("cohort", sort=True)
    ]


def _source_type(results: StudyResults, cohort: str) -> str:
    source = results.cohorts[cohort].source
    if source.package is not None:
        return FROM_PACKAGE
    return FROM_WEB if addresses(source) else BY_HAND


def _source(results: StudyResults, cohort: str) -> dict[str, object]:
    source = results.cohorts[cohort].source
    package = source.package
    return {
        **({"package": package.name, "version": package.version} if package else {}),
        **({"urls": addresses(source)} if addresses(source) else {}),
        "files": {file.path or name: file.sha256 for name, file in source.files.items()},
        "citation": source.citation,
        "licence": source.licence,
    }


def addresses(source: SourceConfig) -> list[str]:
    """List the web addresses a source is fetched from, each once."""
    urls = [file.url for file in source.files.values()] + [archive.url for archive in source.archives.values()]
    if source.checksums is not None:
        urls.append(source.checksums.url)
    return list(dict.fromkeys(url for url in urls if url is not None))


def _columns(rows: pd.DataFrame) -> list[dict[str, object]]:
    features = rows.drop(columns=IDENTITY)
    return [
        {"name": str(name), "type": "double" if pd.api.types.is_numeric_dtype(column) else "string", "required": False}
        for name, column in features.items()
    ]
