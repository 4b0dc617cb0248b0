"""The pan-cancer LORIS design, refitted with natural class weights."""

from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from stratify.config.published import COMPARATOR_INPUTS
from stratify.fit.models.elastic_net import ElasticNetLogistic
from stratify.fit.published.classifier import ProbabilityMixin, PublishedClassifier
from stratify.fit.published.formulas import limited

CANCER_TYPE = "clin.cancer_type"


class LorisRefit(ProbabilityMixin, PublishedClassifier):
    """Refit the design of the pan-cancer LORIS model without its balanced class weights.

    As in the paper: upper limits, cancer type as one column a type, all columns standardised (also those of the cancer
    types), logistic regression with an L1 penalty of C = 0.1 by the solver saga. What differs: natural class weights,
    so that the probabilities can be calibrated, and one fit to all training patients in place of the mean of 10,000
    fits to random 80 % of them. A cancer type that was not seen in training belongs to none of the columns.

    Parameters
    ----------
    random_state
        Seed of the solver.

    Attributes
    ----------
    encoder_
        Fitted encoder of the cancer type.
    classifier_
        Fitted scaler and logistic regression, on the five numbers followed by the cancer types.

    References
    ----------
    Chang 2024, Nature Cancer, doi:10.1038/s43018-024-00772-7.
    """

    inputs: ClassVar[tuple[str, ...]] = COMPARATOR_INPUTS["loris_refit"]
    learns: ClassVar[bool] = True

    def __init__(self, random_state: int | None = None) -> None:
        self.random_state = random_state

    def _prepare(self, features: pd.DataFrame) -> pd.DataFrame:
        return limited(features)

    def _learn(self, features: pd.DataFrame, y: np.ndarray) -> None:
        self.encoder_ = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(_cancer_types(features))
        self.classifier_ = make_pipeline(
            StandardScaler(), ElasticNetLogistic(C=0.1, l1_ratio=1.0, random_state=self.random_state)
        ).fit(self._design(features), y)

    def _decide(self, features: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.classifier_.decision_function(self._design(features)))

    def _design(self, features: pd.DataFrame) -> np.ndarray:
        numbers = features.drop(columns=CANCER_TYPE).to_numpy(dtype="float64")
        return np.hstack([numbers, self.encoder_.transform(_cancer_types(features))])


def _cancer_types(features: pd.DataFrame) -> np.ndarray:
    return features[[CANCER_TYPE]].to_numpy(dtype=object)
