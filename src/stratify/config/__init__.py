"""What users write: sources, datasets, studies, and which studies to run; validated on load."""

from stratify.config.dataset import DatasetConfig
from stratify.config.load import load_dataset, load_run, load_source, load_study, read_yaml, validate
from stratify.config.run import RunConfig
from stratify.config.source import SourceConfig
from stratify.config.study import StudyConfig

__all__ = [
    "DatasetConfig",
    "RunConfig",
    "SourceConfig",
    "StudyConfig",
    "load_dataset",
    "load_run",
    "load_source",
    "load_study",
    "read_yaml",
    "validate",
]
