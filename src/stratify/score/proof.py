"""Proof that a model gives the numbers it gave when it was saved: synthetic patients and their probabilities."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from stratify.assemble.signatures import required_genes
from stratify.errors import StratifyError
from stratify.score.card import FeatureRange, ModelCard
from stratify.score.example import synthetic_patients
from stratify.wording import counted

TOLERANCE = 1e-9
"""Largest difference of a probability: far above rounding, far below what anyone would act on."""

SEED = 20
N_USUAL = 6
N_WITH_GENES = 2
HIGHEST_EXPRESSION = 12.0
UNKNOWN_LEVEL = "a level nobody had"
BEYOND = 0.1
NOTE = "Synthetic: drawn from the ranges on the card. No patient of a cohort."


class Scorer(Protocol):
    """What gives probabilities: a `PatientModel`."""

    card: ModelCard

    def predict(self, patients: pd.DataFrame) -> pd.DataFrame:
        """Score patients as they come."""


def make_reference(model: Scorer) -> dict[str, Any]:
    """Score synthetic patients, to be kept with the model.

    Parameters
    ----------
    model
        The model as it was fitted.

    Returns
    -------
    dict
        JSON: patients by value, column by column, and the probability of each (null where there is none).
    """
    patients = {str(name): _plain(column) for name, column in reference_patients(model.card).items()}
    return {"note": NOTE, "patients": patients, "probability": _plain(_probability(model, patients))}


def reference_patients(card: ModelCard) -> pd.DataFrame:
    """Make patients of every kind a model may meet.

    Parameters
    ----------
    card
        Card of the model.

    Returns
    -------
    DataFrame
        Some inside the training ranges, the first of them with every value; one beyond them, with levels nobody had;
        one with a single value; and, where the model computes signatures, some with genes in their place.
    """
    usual = synthetic_patients(card, N_USUAL, SEED)
    beyond = {feature.name: _beyond(feature) for feature in card.features}
    single = {name: value for name, value in usual.iloc[0].items() if name == card.feature_names[0]}
    parts = [usual, pd.DataFrame([beyond, single])]
    if card.expression_unit is not None and card.signatures:
        own = usual.iloc[:N_WITH_GENES].drop(columns=[f"sig.{key}" for key in card.signatures], errors="ignore")
        genes = required_genes(card.signatures.values(), card.gene_universe)
        parts.append(own.join(_expression([gene for gene in genes if gene not in own], own.index)))
    return pd.concat(parts, ignore_index=True)


def _beyond(feature: FeatureRange) -> object:
    if feature.kind == "category":
        return UNKNOWN_LEVEL
    if feature.low is None or feature.high is None:
        return 1.0
    return feature.high + math.ceil(BEYOND * (feature.high - feature.low))


def _expression(genes: list[str], index: pd.Index) -> pd.DataFrame:
    """Values that look drawn, but follow from the names: the same on every machine."""
    values = {gene: [_spread(f"{gene} {row}") * HIGHEST_EXPRESSION for row in range(len(index))] for gene in genes}
    return pd.DataFrame(values, index=index).round(2)


def _spread(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


def _plain(column: pd.Series) -> list[Any]:
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def _probability(model: Scorer, patients: Mapping[str, list[Any]]) -> pd.Series:
    return model.predict(pd.DataFrame(patients))["probability"]


def check_reference(model: Scorer, kept: Mapping[str, Any], where: str) -> float:
    """Score the patients kept with a model again.

    Parameters
    ----------
    model
        The model as it was loaded.
    kept
        As `make_reference` gave it when the model was saved.
    where
        Folder, for the message.

    Returns
    -------
    float
        Largest difference of a probability.

    Raises
    ------
    StratifyError
        The patients cannot be scored, or a probability differs by more than `TOLERANCE`.
    """
    try:
        expected = np.array(kept["probability"], dtype="float64")
        found = _probability(model, kept["patients"]).to_numpy(dtype="float64")
        differs = np.abs(found - expected)
    except Exception as error:
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise StratifyError(f"{where}: cannot score the reference patients it was saved with: {said}") from error
    alike = np.isnan(found) & np.isnan(expected) | (differs <= TOLERANCE)
    if not len(alike) or not alike.all():
        raise StratifyError(
            f"{where}: refused, because it does not give the probabilities it gave when it was saved: "
            f"{(~alike).sum()} of {counted(len(alike), 'reference patient')} (synthetic) differ{_by(differs)}"
        )
    return float(np.nanmax(differs, initial=0.0))


def _by(differs: np.ndarray) -> str:
    return f", by up to {np.nanmax(differs):.3g}" if np.isfinite(differs).any() else ", in whether they have one"
