"""The random forest of sixteen features, refitted."""

from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from stratify.config.published import COMPARATOR_INPUTS
from stratify.fit.published.classifier import ProbabilityMixin, PublishedClassifier
from stratify.log_odds import log_odds

CODES: dict[str, dict[str, float]] = {
    "clin.sex": {"female": 0.0, "male": 1.0},
    "clin.msi_status": {"stable": 0.0, "unstable": 1.0},
    "clin.therapy_class": {
        "anti_pd1_or_pdl1": 0.0,
        "anti_pd1": 0.0,
        "anti_pdl1": 0.0,
        "anti_pd1_plus_anti_ctla4": 1.0,
        "anti_ctla4": 2.0,
    },
}
"""The numbers that the forest splits on; a patient at any other level is not scored."""

CANCER_GROUPS = {"melanoma": 0.0, "nsclc": 1.0}
OTHER_CANCERS = 2.0


class RandomForest16(ProbabilityMixin, PublishedClassifier):
    """Refit the random forest of sixteen clinical and genomic features (Chowell 2022).

    1,000 trees of depth 8 at most with at least 20 patients a leaf, natural class weights. The fitted forest was not
    published; its design was. Scores are log odds of the mean probability of the trees.

    Parameters
    ----------
    n_estimators
        Number of trees.
    random_state
        Seed of the forest.

    Attributes
    ----------
    forest_
        The fitted forest, on the inputs in their order.

    References
    ----------
    Chowell 2022, Nature Biotechnology, doi:10.1038/s41587-021-01070-8.
    """

    inputs: ClassVar[tuple[str, ...]] = COMPARATOR_INPUTS["rf16"]
    learns: ClassVar[bool] = True

    def __init__(self, n_estimators: int = 1000, random_state: int | None = None) -> None:
        self.n_estimators = n_estimators
        self.random_state = random_state

    def _prepare(self, features: pd.DataFrame) -> pd.DataFrame:
        types = features["clin.cancer_type"]
        groups = types.map(CANCER_GROUPS).astype("float64").fillna(OTHER_CANCERS).where(types.notna())
        coded = {name: features[name].map(codes).astype("float64") for name, codes in CODES.items()}
        return features.assign(**{"clin.cancer_type": groups, **coded})

    def _learn(self, features: pd.DataFrame, y: np.ndarray) -> None:
        self.forest_ = RandomForestClassifier(
            n_estimators=self.n_estimators,
            max_depth=8,
            min_samples_leaf=20,
            n_jobs=1,
            random_state=self.random_state,
        ).fit(features.to_numpy(dtype="float64"), y)

    def _decide(self, features: pd.DataFrame) -> np.ndarray:
        return log_odds(self.forest_.predict_proba(features.to_numpy(dtype="float64"))[:, 1])
