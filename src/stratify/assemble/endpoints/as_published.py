"""The label the authors published, version 1: taken as it is, missing excluded."""

import pandas as pd

from stratify.assemble.endpoints.labels import labels
from stratify.config.endpoint import AsPublished
from stratify.errors import StratifyError


def fields(endpoint: AsPublished) -> list[str]:
    """List the columns the rule reads."""
    return [f"endpoint.{endpoint.field}"]


def label(clinical: pd.DataFrame, endpoint: AsPublished) -> pd.DataFrame:
    """Take the published 0/1 label; a missing one excludes the sample."""
    y = clinical[f"endpoint.{endpoint.field}"]
    strange = sorted({repr(value) for value in y.dropna() if value not in (0, 1)})
    if strange:
        raise StratifyError(
            f"endpoint {endpoint.field!r} must hold 1 and 0, found {', '.join(strange[:3])}; "
            "map the source's values to 1 and 0 in the dataset file"
        )
    return labels(y, pd.Series("label missing", index=y.index))


def opposite(clinical: pd.DataFrame, endpoint: AsPublished) -> pd.DataFrame:
    """Exchange 1 and 0."""
    column = f"endpoint.{endpoint.field}"
    return clinical.assign(**{column: 1 - clinical[column]})
