"""The object that scores patients: a fitted pipeline and its card."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from stratify.assemble.signatures import required_genes, score_signatures, signature_coverage
from stratify.log_odds import log_odds
from stratify.score.card import FeatureRange, ModelCard
from stratify.score.persistence import load_model, save_model
from stratify.score.proof import make_reference
from stratify.score.values import coerce_features

NOT_SCORED = "not_scored"
PATIENT_ID = "patient_id"
OUTPUT_COLUMNS = [
    "probability",
    "stratum",
    "feature_coverage",
    "missing_features",
    "outside_training_range",
    "outside_features",
    "intended_use",
]
TEXT_COLUMNS = ["stratum", "missing_features", "outside_features", "intended_use"]
RANGE_TOLERANCE = 1e-9


class Classifier(Protocol):
    """A fitted scikit-learn pipeline whose last step gives class probabilities."""

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Give the probability of each class, shape (n_patients, 2)."""


class PatientModel:
    """Score patients, one by one or together, with the same result.

    Parameters
    ----------
    pipeline
        Fitted scikit-learn pipeline with `predict_proba`; takes a DataFrame with the columns
        ``card.feature_names`` (numbers float64, categories str, missing null), positive class second.
    card
        What the model is, the training ranges of its features and the cut-offs of its strata.
    """

    def __init__(self, pipeline: Classifier, card: ModelCard) -> None:
        self.pipeline = pipeline
        self.card = card

    def score(self, features: pd.DataFrame) -> pd.DataFrame:
        """Score patients whose features are all at hand.

        Parameters
        ----------
        features : DataFrame, shape (n_patients, n_features)
            Indexed by patient; columns at least ``card.feature_names``, missing values null.

        Returns
        -------
        DataFrame, shape (n_patients, 2)
            The index of `features`; `score` is the log-odds and `probability` the probability of the positive
            class (higher means positive).
        """
        names = self.card.feature_names
        if features.empty:
            return pd.DataFrame({"score": [], "probability": []}, index=features.index, dtype="float64")
        probability = self.pipeline.predict_proba(features[names])[:, 1]
        return pd.DataFrame({"score": log_odds(probability), "probability": probability}, index=features.index)

    def predict(self, patients: pd.DataFrame) -> pd.DataFrame:
        """Score patients as they come: columns may be absent, values missing, others unknown.

        Parameters
        ----------
        patients : DataFrame
            Indexed by patient. Features of the model that are absent count as missing; a signature that is absent
            is computed from its genes where those are given as ``gene.<symbol>`` in ``card.expression_unit``.

        Returns
        -------
        DataFrame, shape (n_patients, 7)
            The index of `patients`. `probability` of the positive class (null where a patient has none of the
            features), `stratum`, `feature_coverage` (share of the model's features present, 0 to 1; a signature that is
            computed here counts with the share of its genes),
            `missing_features` and `outside_features` (names separated by a comma and a space),
            `outside_training_range` (any value beyond the training minimum and maximum, or a category not seen
            in training) and `intended_use`.

        Raises
        ------
        StratifyError
            A number column holds text or an infinite value, or a column stands twice.
        """
        features, shares = self._features(patients)
        present = features.notna().to_numpy()
        outside = self._outside(features)
        scorable = present.any(axis=1)
        probability = np.full(len(features), np.nan)
        probability[scorable] = self.score(features.iloc[np.flatnonzero(scorable)])["probability"]
        return pd.DataFrame(
            {
                "probability": probability,
                "stratum": self._strata(probability),
                "feature_coverage": shares.mean(axis=1),
                "missing_features": self._names(~present),
                "outside_training_range": outside.any(axis=1),
                "outside_features": self._names(outside),
                "intended_use": self.card.research_use_only,
            },
            index=patients.index,
            columns=OUTPUT_COLUMNS,
        ).astype(dict.fromkeys(TEXT_COLUMNS, "str"))

    def unknown_columns(self, columns: Iterable[str]) -> list[str]:
        """List the columns that scoring ignores.

        Parameters
        ----------
        columns
            Columns of what is given to `predict`.

        Returns
        -------
        list of str
            Columns that are neither features of the model nor genes of its signatures, in their order.
        """
        known = {*self.card.feature_names, *self._genes()}
        return [column for column in map(str, columns) if column not in known]

    def lacking_features(self, columns: Iterable[str]) -> list[str]:
        """List the features that no patient can have, because neither they nor enough of their genes are columns.

        Parameters
        ----------
        columns
            Columns of what is given to `predict`.

        Returns
        -------
        list of str
            In the order of the card.
        """
        known = {*self.card.feature_names, *self._genes()}
        whole = pd.DataFrame(0.0, index=["anyone"], columns=sorted(known & set(map(str, columns))))
        given = self._features(whole)[0].notna().iloc[0]
        return [str(name) for name in given.index[~given]]

    def save(self, folder: Path) -> None:
        """Write `pipeline.skops`, `reference.json` and `card.json` into a folder, whole or not at all."""
        save_model(self.pipeline, self.card, folder, make_reference(self))

    @classmethod
    def load(cls, folder: Path) -> "PatientModel":
        """Read a model that `save` wrote, and prove that it scores as it did then; no code of the folder is executed.

        Raises
        ------
        StratifyError
            The folder holds no model, a damaged one, one with a type that is not on the fixed list, one of a later
            version of this package, or one that gives other probabilities here than when it was saved.
        """
        pipeline, record = load_model(folder)
        model = cls(pipeline, record.card)
        record.prove(model, str(folder))
        return model

    def _genes(self) -> list[str]:
        return required_genes(self.card.signatures.values(), self.card.gene_universe)

    def _features(self, patients: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Take the model's features in order and in their types, fill in signatures; say how much of each is known."""
        card = self.card
        features = coerce_features(patients, card.features)
        shares = features.notna().astype("float64")
        signatures = {key: signature for key, signature in card.signatures.items() if f"sig.{key}" in features.columns}
        needed = required_genes(signatures.values(), card.gene_universe)
        genes = [gene for gene in needed if gene in patients.columns]
        if not genes or card.expression_unit is None:
            return features, shares
        expression = coerce_features(patients, [FeatureRange(name=gene, kind="number") for gene in genes])
        computed = score_signatures(expression, signatures, card.expression_unit, universe=card.gene_universe)
        covered = signature_coverage(expression, signatures, card.gene_universe)
        names = computed.columns
        from_genes = features[names].isna() & computed.notna()
        shares[names] = shares[names].mask(from_genes, covered)
        return features.assign(**{name: features[name].fillna(computed[name]) for name in names}), shares

    def _outside(self, features: pd.DataFrame) -> np.ndarray:
        """Whether each value is beyond what training showed; shape (n_patients, n_features)."""
        columns = [_outside_range(features[feature.name], feature) for feature in self.card.features]
        return np.column_stack(columns)

    def _strata(self, probability: np.ndarray) -> np.ndarray:
        labels = np.array([*self.card.strata, NOT_SCORED], dtype=object)
        position = np.searchsorted(self.card.cut_offs, probability, side="right")
        return labels[np.where(np.isnan(probability), len(labels) - 1, position)]

    def _names(self, flags: np.ndarray) -> list[str]:
        names = np.array(self.card.feature_names, dtype=object)
        return [", ".join(names[row]) for row in flags]


def _outside_range(values: pd.Series, feature: FeatureRange) -> np.ndarray:
    present = values.notna().to_numpy()
    if feature.kind == "category":
        return present & ~values.isin(feature.levels).to_numpy()
    if feature.low is None or feature.high is None:
        return present
    numbers = values.to_numpy(dtype="float64")
    # A signature's sum may differ in its last digit between a batch and a patient alone.
    tolerance = RANGE_TOLERANCE * max(1.0, abs(feature.low), abs(feature.high))
    return present & ((numbers < feature.low - tolerance) | (numbers > feature.high + tolerance))
