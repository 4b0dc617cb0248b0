"""Objective response, version 1: RECIST complete or partial response against stable or progressive disease.

A study may count stable disease as response, or leave it out.
"""

import pandas as pd

from stratify.assemble.endpoints.labels import labels
from stratify.config.endpoint import ObjectiveResponse
from stratify.errors import StratifyError

LABEL_OF = {"CR": 1, "PR": 1, "PD": 0}
STABLE = "SD"
LABEL_OF_STABLE = {"non_response": {STABLE: 0}, "response": {STABLE: 1}, "excluded": {}}
NOT_EVALUABLE = "NE"


def fields(endpoint: ObjectiveResponse) -> list[str]:
    """List the columns the rule reads."""
    return [f"endpoint.{endpoint.field}"]


def label(clinical: pd.DataFrame, endpoint: ObjectiveResponse) -> pd.DataFrame:
    """Classify best overall response; what has no label is excluded, each under its own reason."""
    response = clinical[f"endpoint.{endpoint.field}"]
    strange = sorted({repr(value) for value in response.dropna() if value not in {*LABEL_OF, STABLE, NOT_EVALUABLE}})
    if strange:
        raise StratifyError(
            f"endpoint {endpoint.field!r} must hold CR, PR, SD, PD or NE, found {', '.join(strange[:3])}; "
            "map the source's values in the dataset file"
        )
    reason = pd.Series("response missing", index=response.index)
    reason = reason.mask(response.eq(NOT_EVALUABLE), "response not evaluable (NE)")
    reason = reason.mask(response.eq(STABLE), "stable disease (SD)")
    return labels(response.map(LABEL_OF | LABEL_OF_STABLE[endpoint.stable_disease]), reason)


def opposite(clinical: pd.DataFrame, endpoint: ObjectiveResponse) -> pd.DataFrame:
    """Exchange response (CR, PR) with progression (PD); stable disease turns where it has a label."""
    column = f"endpoint.{endpoint.field}"
    stable = {"non_response": {STABLE: "CR"}, "response": {STABLE: "PD"}, "excluded": {}}[endpoint.stable_disease]
    other = {"CR": "PD", "PR": "PD", "PD": "CR"} | stable
    return clinical.assign(**{column: clinical[column].replace(other)})
