"""Canary of the card: the registered model sorts patients by the cut-offs that were declared before the run."""

from typing import Any

from stratify.config.study import Strata
from stratify.score.model import PatientModel


def cut_offs(strata: Strata, model: PatientModel) -> dict[str, Any]:
    """Compare the cut-offs and labels of the model's card with those of the study file.

    A cut-off learned from the patients it is judged on makes the strata look better than they will be.

    Parameters
    ----------
    strata
        Of the study file.
    model
        The model that will be registered.

    Returns
    -------
    dict
        One measure: cut-offs and labels that were declared and are not the card's, or the other way round.
    """
    declared = [*strata.declared_probabilities, *strata.labels]
    card = [*model.card.cut_offs, *model.card.strata]
    wrong = sum(one != other for one, other in zip(declared, card, strict=False)) + abs(len(declared) - len(card))
    return {
        "canary": "cut_offs",
        "measure": "cut-offs and strata of the registered model that the study file does not declare",
        "value": float(wrong),
        "limit": 0.0,
        "n": len(declared),
        "detail": "the model has " + ", ".join(f"{cut:g}" for cut in model.card.cut_offs),
    }
