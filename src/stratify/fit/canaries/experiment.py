"""Everything needed to make a model again from harmonized cohorts, as they are or tampered with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.assemble.features import gene_universe
from stratify.assemble.signatures import Signature
from stratify.assemble.table import Assembled, assemble
from stratify.config.study import StudyConfig


@dataclass(frozen=True)
class Experiment:
    """A study, its inputs and one of its models.

    Parameters
    ----------
    name
        Study identifier.
    study
        The study.
    model
        Name of the model.
    cohorts
        The harmonized cohorts.
    signatures
        The signature catalogue.
    splits
        As in `artifacts.split.SPLITS`.
    """

    name: str
    study: StudyConfig
    model: str
    cohorts: Sequence[Cohort]
    signatures: Mapping[str, Signature]
    splits: pd.DataFrame

    @property
    def largest_split(self) -> pd.DataFrame:
        """The members of the split that holds out most patients."""
        return largest_split(self.splits)

    @property
    def once_held_out(self) -> pd.DataFrame:
        """The splits that hold each patient out at most once: of one repetition, or of whole cohorts."""
        with_test = self.splits.loc[self.splits["role"].eq("test"), "split"].unique()
        splits = self.splits[self.splits["split"].isin(with_test)]
        return splits[splits["repeat"].fillna(0).eq(0)]

    @property
    def universe(self) -> list[str] | None:
        """The genes among which rank-based signatures rank a sample."""
        return gene_universe(self.study, self.cohorts)

    def tampered(self, change: Callable[[Cohort], Cohort]) -> "Experiment":
        """Make the same experiment from changed cohorts."""
        return replace(self, cohorts=[change(cohort) for cohort in self.cohorts])

    def assembled(self) -> Assembled:
        """Assemble the study."""
        return assemble(self.name, self.study, self.cohorts, self.signatures)


def largest_split(splits: pd.DataFrame) -> pd.DataFrame:
    """Take the members of the split that holds out most patients; of several, the first by name.

    Parameters
    ----------
    splits
        As in `artifacts.split.SPLITS`.

    Returns
    -------
    DataFrame
    """
    held_out = splits.loc[splits["role"].eq("test"), "split"].value_counts()
    return splits[splits["split"].eq(held_out.index[held_out.eq(held_out.max())].min())]
