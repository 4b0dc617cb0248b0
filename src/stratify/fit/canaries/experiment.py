"""Everything needed to make a model again from harmonized cohorts, as they are or tampered with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.assemble.signatures import Signature
from stratify.assemble.table import assemble
from stratify.config.study import StudyConfig
from stratify.fit.cross_fit import fit_split, split_rows
from stratify.fit.tuning import Tuned


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
    def first_split(self) -> pd.DataFrame:
        """The members of the first split that has test rows."""
        test = self.splits.loc[self.splits["role"].eq("test"), "split"]
        return self.splits[self.splits["split"].eq(test.min())]

    def tampered(self, change: Callable[[Cohort], Cohort]) -> "Experiment":
        """Make the same experiment from changed cohorts."""
        return replace(self, cohorts=[change(cohort) for cohort in self.cohorts])

    def table(self) -> pd.DataFrame:
        """Assemble the study table."""
        return assemble(self.name, self.study, self.cohorts, self.signatures)[0]

    def fit_first_split(self) -> tuple[Tuned, pd.DataFrame, pd.DataFrame]:
        """Assemble, then tune and fit on the first split's training rows; return the model and both sides."""
        train, test = split_rows(self.table(), self.first_split)
        return fit_split(self.study, self.model, train), train, test
