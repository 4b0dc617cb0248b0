"""What tracking mirrors: the outputs of one study, as read."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stratify.config import DatasetConfig, SourceConfig, StudyConfig
from stratify.score import ModelCard


@dataclass(frozen=True)
class ModelResult:
    """What `fit` handed over of one trained model."""

    card: ModelCard
    folder: Path
    tuning: pd.DataFrame


@dataclass(frozen=True)
class Cohort:
    """A dataset of the study and the source it was read from."""

    dataset: DatasetConfig
    source: SourceConfig


@dataclass(frozen=True)
class StudyResults:
    """The declared outputs of one study; the tables are those of `stratify.artifacts`.

    `report` is the path of the HTML report, none where there is none; `champion` the model the study's rule chose,
    none where no candidate's canaries passed.
    """

    study: str
    config: StudyConfig
    cohorts: dict[str, Cohort]
    models: dict[str, ModelResult]
    table: pd.DataFrame
    predictions: pd.DataFrame
    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    sensitivity: pd.DataFrame
    canaries: pd.DataFrame
    univariate: pd.DataFrame
    report: Path | None
    champion: str | None

    @property
    def comparators(self) -> list[str]:
        """Names of everything evaluated beside the trained models, in the order of the predictions."""
        return [str(name) for name in self.predictions["model"].unique() if name not in self.models]


@dataclass(frozen=True)
class Provenance:
    """Where results come from: the code's version, the folder of the results, and who writes them to the store.

    `writer` is as `stratify.track.writer` gives it.
    """

    git_commit: str | None
    git_dirty: bool
    package_version: str
    results: Path
    writer: str
