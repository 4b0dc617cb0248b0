"""The published comparators that a study can name, where they come from, and how to call them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.config.published import COHORT_RELATIVE_MEANS
from stratify.errors import StratifyError
from stratify.fit.published.classifier import ProbabilityMixin, PublishedClassifier
from stratify.fit.published.expression import CohortExpression
from stratify.fit.published.formulas import LorisNsclc, LorisPanCancer, Tmb10
from stratify.fit.published.loris_refit import LorisRefit
from stratify.fit.published.rf16 import RandomForest16
from stratify.fit.published.tide import require_tidepy, tide

CHANG_2024 = "Chang 2024, Nature Cancer, doi:10.1038/s43018-024-00772-7"
CHOWELL_2022 = "Chowell 2022, Nature Biotechnology, doi:10.1038/s41587-021-01070-8"
JIANG_2018 = "Jiang 2018, Nature Medicine, doi:10.1038/s41591-018-0136-1; scored by tidepy"
MARABELLE_2020 = "Marabelle 2020, Lancet Oncology (KEYNOTE-158)"


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a published comparator is, and who published it.

    All predict response, higher meaning that it is more likely; what learns follows the labels it is given.

    Parameters
    ----------
    name
        As in a study file.
    title
        For the report.
    citation
        Who published it, and where.
    fitted_to
        Datasets whose patients its published coefficients were fitted to, as the authors' code reads them.
    """

    name: str
    title: str
    citation: str
    fitted_to: frozenset[str] = frozenset()

    @property
    def learns(self) -> bool:
        """Whether it is fitted to training patients; a formula is not."""
        return False


@dataclass(frozen=True, kw_only=True)
class Baseline(Publication):
    """A simple model of the literature, fitted to the training patients of each split."""

    @property
    def learns(self) -> bool:
        """It learns."""
        return True


@dataclass(frozen=True, kw_only=True)
class CohortRelative(Publication):
    """A published score that depends on who else is in the file: a comparator, never a feature.

    Parameters
    ----------
    score
        Takes the expression of a cohort's patients of the study; returns their scores (float64, higher means response)
        by `patient_id`, null for whom it cannot score.
    require
        Raises a `StratifyError` where what it needs is not installed.
    """

    score: Callable[[CohortExpression], pd.Series]
    require: Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Published(Publication):
    """A published comparator that reads one patient's row of the study table.

    Parameters
    ----------
    kind
        Class of its estimator.
    reads_published_constants
        Whether it reads what the source of a cohort published where that differs from what models may read.
    """

    kind: type[PublishedClassifier]
    reads_published_constants: bool = False

    @property
    def inputs(self) -> tuple[str, ...]:
        """Columns of the study table that it reads."""
        return self.kind.inputs

    @property
    def learns(self) -> bool:
        """Whether it is fitted to training patients; a formula is not."""
        return self.kind.learns

    @property
    def gives_probability(self) -> bool:
        """Whether its score stands for a probability."""
        return issubclass(self.kind, ProbabilityMixin)

    def build(self, seed: int) -> PublishedClassifier:
        """Make the unfitted estimator; only what learns has a use for the seed."""
        return self.kind(random_state=seed) if self.learns else self.kind()

    def features(self, table: pd.DataFrame) -> pd.DataFrame:
        """Take the inputs as this comparator may read them.

        Parameters
        ----------
        table
            The study table, or rows of it.

        Returns
        -------
        DataFrame, shape (n_patients, n_inputs)
            An input that the table does not have is null; index of `table`.
        """
        if self.reads_published_constants:
            return with_published_values(table, self.inputs)
        return table.reindex(columns=list(self.inputs))

    def can_score(self, table: pd.DataFrame) -> pd.Series:
        """Say who has everything that is needed, without fitting.

        Parameters
        ----------
        table
            The study table, or rows of it.

        Returns
        -------
        Series of bool, shape (n_patients,)
            Index of `table`.
        """
        return pd.Series(self.build(0).can_score(self.features(table)), index=table.index)

    def fit(self, table: pd.DataFrame, y: pd.Series, seed: int) -> PublishedClassifier:
        """Build the estimator and fit it to the training patients who have all inputs.

        Parameters
        ----------
        table
            Training rows of the study table.
        y : Series, shape (n_patients,)
            1 for response, 0 for none; index of `table`.
        seed
            Seed of what is random.

        Returns
        -------
        PublishedClassifier
            Fitted. The order of the rows does not matter.

        Raises
        ------
        StratifyError
            Labels and table belong to different patients.
        TooFewPatientsError
            It learns, and fewer than ten patients of a class have all inputs.
        """
        if not y.index.equals(table.index):
            raise StratifyError(f"{self.name}: the labels are not indexed like the table")
        return self.build(seed).fit(self.features(table), y)

    def score(self, estimator: PublishedClassifier, table: pd.DataFrame) -> pd.DataFrame:
        """Score patients.

        Parameters
        ----------
        estimator
            As returned by `fit`.
        table
            The study table, or rows of it.

        Returns
        -------
        DataFrame, shape (n_patients, 2)
            `score` (float64, higher means response; log odds where there is a probability) and `probability` (float64);
            both null for whom it cannot score; index of `table`.
        """
        features = self.features(table)
        score = estimator.decision_function(features)
        probability = estimator.predict_proba(features)[:, 1] if self.gives_probability else np.full(len(table), np.nan)
        return pd.DataFrame({"score": score, "probability": probability}, index=table.index)


def with_published_values(table: pd.DataFrame, inputs: tuple[str, ...]) -> pd.DataFrame:
    """Take columns as their source published them, which only a published formula may read.

    A source may hold an imputed constant, or another value than the measured one, on which published figures rest. It
    stands beside the column as `<column>__as_published` and goes before it wherever it is present.

    Parameters
    ----------
    table
        The study table, or rows of it.
    inputs
        Columns wanted.

    Returns
    -------
    DataFrame, shape (n_patients, n_inputs)
        Null where neither is known; index of `table`.
    """
    found = table.reindex(columns=list(inputs))
    for name in inputs:
        if name + AS_PUBLISHED in table:
            published = table[name + AS_PUBLISHED]
            found[name] = published.where(published.notna(), found[name])
    return found


_ENTRIES = (
    Published(
        name="loris_pan_cancer",
        title="LORIS, pan-cancer formula",
        citation=CHANG_2024,
        kind=LorisPanCancer,
        reads_published_constants=True,
        fitted_to=frozenset({"chowell_2022_train"}),
    ),
    Published(
        name="loris_nsclc",
        title="LORIS, formula for non-small-cell lung cancer",
        citation=CHANG_2024,
        kind=LorisNsclc,
        reads_published_constants=True,
        fitted_to=frozenset({"chowell_2022_train", "chowell_2022_test"}),
    ),
    Published(
        name="loris_refit",
        title="LORIS design, refitted without class weights",
        citation=CHANG_2024,
        kind=LorisRefit,
    ),
    Published(
        name="rf16",
        title="Random forest of 16 features, refitted",
        citation=CHOWELL_2022,
        kind=RandomForest16,
    ),
    Published(
        name="tmb_10",
        title="TMB of at least 10 per megabase",
        citation=MARABELLE_2020,
        kind=Tmb10,
    ),
)

PUBLISHED: dict[str, Published] = {published.name: published for published in _ENTRIES}
"""What reads the study table, by name as in `comparators` of a study file."""

RELATIVE: dict[str, CohortRelative] = {
    "tide": CohortRelative(
        name="tide",
        title=f"Tumour immune dysfunction and exclusion, negated ({COHORT_RELATIVE_MEANS})",
        citation=JIANG_2018,
        score=tide,
        require=require_tidepy,
    )
}
"""What reads the expression of whole cohorts, by name."""

RIDGE = Baseline(
    name="plain_ridge",
    title="Plain ridge regression on all measurements (C = 0.001, balanced classes)",
    citation="The simplest model of the literature; nothing is tuned",
)

PUBLICATIONS: dict[str, Publication] = {**PUBLISHED, **RELATIVE, RIDGE.name: RIDGE}
"""Every comparator a study can name."""
