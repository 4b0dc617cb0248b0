"""Objective response, version 1: RECIST complete or partial response against stable or progressive disease."""

import pandas as pd

from stratify.assemble.endpoints.labels import labels
from stratify.config.study import ObjectiveResponse
from stratify.errors import StratifyError

LABEL_OF = {"CR": 1, "PR": 1, "SD": 0, "PD": 0}
NOT_EVALUABLE = "NE"


def fields(endpoint: ObjectiveResponse) -> list[str]:
    """List the columns the rule reads."""
    return [f"endpoint.{endpoint.field}"]


def label(clinical: pd.DataFrame, endpoint: ObjectiveResponse) -> pd.DataFrame:
    """Classify best overall response; not evaluable (NE) and missing are excluded, each under its own reason."""
    response = clinical[f"endpoint.{endpoint.field}"]
    strange = sorted({repr(value) for value in response.dropna() if value not in {*LABEL_OF, NOT_EVALUABLE}})
    if strange:
        raise StratifyError(
            f"endpoint {endpoint.field!r} must hold CR, PR, SD, PD or NE, found {', '.join(strange[:3])}; "
            "map the source's values in the dataset file"
        )
    reason = pd.Series("response missing", index=response.index).mask(
        response.eq(NOT_EVALUABLE), "response not evaluable (NE)"
    )
    return labels(response.map(LABEL_OF), reason)


def opposite(clinical: pd.DataFrame, endpoint: ObjectiveResponse) -> pd.DataFrame:
    """Exchange response (CR, PR) with progression (SD, PD)."""
    column = f"endpoint.{endpoint.field}"
    other = {"CR": "PD", "PR": "PD", "SD": "CR", "PD": "CR"}
    return clinical.assign(**{column: clinical[column].replace(other)})
