"""One harmonized cohort in memory."""

from dataclasses import dataclass, field

import pandas as pd

from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.config.dataset import DatasetConfig


@dataclass(frozen=True)
class Cohort:
    """The harmonized tables of one dataset.

    Parameters
    ----------
    name
        Dataset identifier.
    config
        The dataset file.
    clinical : DataFrame, shape (n_samples, …)
        One row a sample, as in `artifacts.harmonize.CLINICAL`.
    measurements : dict of str to DataFrame, shape (n_features, n_samples)
        By modality; features in the index, samples in the columns. May hold only the features a study needs.
    """

    name: str
    config: DatasetConfig
    clinical: pd.DataFrame
    measurements: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def features(self) -> list[str]:
        """Features this cohort can offer before signatures are scored."""
        clinical = [
            column
            for column in self.clinical.columns
            if column.startswith("clin.") and not column.endswith(AS_PUBLISHED)
        ]
        return clinical + [name for table in self.measurements.values() for name in table.index]

    @property
    def as_published(self) -> list[str]:
        """Clinical columns that only published formulas may read."""
        return [column for column in self.clinical.columns if column.endswith(AS_PUBLISHED)]
