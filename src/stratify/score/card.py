"""The card that travels with a model: what it predicts, from what, learned on whom, and how its scores are cut."""

import math
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, JsonValue, model_validator

from stratify import RESEARCH_USE_ONLY
from stratify.assemble.signatures import Signature
from stratify.config.closed import Closed


class FeatureRange(Closed):
    """What the training patients showed of one feature."""

    name: str
    """Feature, such as `clin.age_years`."""

    kind: Literal["number", "category"]
    """Whether values are numbers or categories."""

    low: float | None = None
    """Lowest training value of a number; none where no training patient has a value."""

    high: float | None = None
    """Highest training value of a number."""

    median: float | None = None
    """Median training value of a number."""

    whole: bool = False
    """Whether all training values of a number are whole: a count, a grade, yes or no."""

    levels: list[str] = Field(default_factory=list)
    """Levels of a category in training, sorted."""

    share_missing: float = Field(default=0.0, ge=0, le=1)
    """Share of training patients without a value."""

    @model_validator(mode="after")
    def _ordered(self) -> "FeatureRange":
        given = [value for value in (self.low, self.median, self.high) if value is not None]
        if not all(map(math.isfinite, given)) or sorted(given) != given:
            raise ValueError(f"{self.name}: expected finite low <= median <= high, found {given}")
        return self


class ModelCard(Closed):
    """What a user of the model must know, and what scoring needs besides the fitted pipeline."""

    study: str
    """Study the model answers."""

    model: str
    """Name of the model in the study."""

    title: str
    """Title of the study."""

    question: str
    """The study's question."""

    positive: str
    """What the probability is of, in words."""

    endpoint: dict[str, JsonValue]
    """Rule that says who is positive, as in the study file."""

    transductive_reason: str | None = None
    """Why features depend on other patients of the training cohort; none where they do not."""

    caveats: list[str] = Field(default_factory=list)
    """What a reader of the scores must know, as in the study file."""

    features: list[FeatureRange] = Field(min_length=1)
    """Features in the pipeline's order, with their training ranges."""

    signatures: dict[str, Signature] = Field(default_factory=dict)
    """Signatures the model's `sig.*` features need, by identifier."""

    gene_universe: list[str] = Field(default_factory=list)
    """Genes among which rank-based signatures rank a sample, where the model has any."""

    expression_unit: str | None = None
    """Unit that `gene.*` columns must have, as declared by the training datasets."""

    cut_offs: list[float] = Field(default_factory=list)
    """Probabilities that separate strata, increasing; a patient at a cut-off belongs above it."""

    strata: list[str] = Field(min_length=1)
    """One label per stratum, from the lowest probability upwards."""

    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    """Hyper-parameters of the fitted model."""

    n_patients: int = Field(ge=1)
    """Number of training patients."""

    n_positive: int = Field(ge=0)
    """Number of positive training patients."""

    cohorts: list[str] = Field(min_length=1)
    """Datasets the training patients come from."""

    package_version: str
    """Version of this package that trained the model."""

    research_use_only: str = RESEARCH_USE_ONLY
    """The intended use, repeated with every score."""

    @model_validator(mode="after")
    def _consistent(self) -> "ModelCard":
        if len(set(self.feature_names)) < len(self.features):
            raise ValueError("features: expected each name once")
        if sorted(set(self.cut_offs)) != self.cut_offs or len(self.strata) != len(self.cut_offs) + 1:
            raise ValueError(f"cut_offs must increase and be one fewer than strata: {self.cut_offs}, {self.strata}")
        return self

    @property
    def feature_names(self) -> list[str]:
        """Names of the features, in the pipeline's order."""
        return [feature.name for feature in self.features]


def feature_ranges(table: pd.DataFrame) -> list[FeatureRange]:
    """Describe the training values of each feature.

    Parameters
    ----------
    table : DataFrame, shape (n_patients, n_features)
        Training rows, features only: numeric columns are numbers, all others categories; missing is null.

    Returns
    -------
    list of FeatureRange
        One per column, in the order of the columns.
    """
    return [_feature_range(str(name), column) for name, column in table.items()]


def _feature_range(name: str, column: pd.Series) -> FeatureRange:
    present = column.dropna()
    share_missing = float(column.isna().mean()) if len(column) else 0.0
    if not pd.api.types.is_numeric_dtype(column):
        levels = sorted({str(level) for level in present})
        return FeatureRange(name=name, kind="category", levels=levels, share_missing=share_missing)
    if present.empty:
        return FeatureRange(name=name, kind="number", share_missing=share_missing)
    values = present.to_numpy(dtype="float64")
    return FeatureRange(
        name=name,
        kind="number",
        low=float(values.min()),
        high=float(values.max()),
        median=float(np.median(values)),
        whole=bool((values == np.round(values)).all()),
        share_missing=share_missing,
    )
