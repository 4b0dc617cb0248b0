"""Small cohorts, in memory and on disk."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from stratify.config import validate
from stratify.config.dataset import Clinical, Column, Modality


@pytest.fixture(scope="session")
def clinical() -> Callable[..., Clinical]:
    """Make the clinical part of a dataset file."""

    def make(**keys: Any) -> Clinical:
        return validate(Clinical, {"file": "c.csv", "id": "id", "timepoint": "baseline", **keys}, "test clinical")

    return make


@pytest.fixture(scope="session")
def modality() -> Callable[..., Modality]:
    """Make a modality of a dataset file."""
    base = {"file": "m.csv", "namespace": "gene", "orientation": "features_by_samples", "id": "gene", "unit": "zscore"}

    def make(**keys: Any) -> Modality:
        return validate(Modality, {**base, **keys}, "test modality")

    return make


@pytest.fixture(scope="session")
def column() -> Callable[..., Column]:
    """Make a column map; a text is the short form."""

    def make(short: str | None = None, **keys: Any) -> Column:
        return validate(Column, short if short is not None else keys, "test column")

    return make


@pytest.fixture(scope="session")
def text() -> Callable[..., pd.DataFrame]:
    """Make a table as readers give it: str, missing as null."""

    def make(**columns: list[str | None]) -> pd.DataFrame:
        return pd.DataFrame(columns, dtype="str")

    return make
