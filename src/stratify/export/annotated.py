"""A study's patients as MuData: annotated matrices that muon and scanpy read."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from stratify.artifacts.assemble import IDENTITY
from stratify.errors import StratifyError
from stratify.export.measured import Measured

if TYPE_CHECKING:
    from anndata import AnnData
    from mudata import MuData

FEATURES = "features"
"""Name of the modality with the study's own features, which every patient has a row in."""


def require_library() -> None:
    """Raise an error where the optional libraries are not installed.

    Raises
    ------
    StratifyError
        Says what to install.
    """
    try:
        import mudata  # noqa: F401, PLC0415 - an optional dependency
    except ImportError:
        raise StratifyError(
            "MuData files need mudata and anndata, which are not installed: pip install 'stratify-omics[export]'"
        ) from None


def study_mudata(table: pd.DataFrame, measured: Mapping[str, Measured], about: Mapping[str, Any]) -> "MuData":
    """Put a study's patients, features and measurements into one annotated object.

    Parameters
    ----------
    table : DataFrame, shape (n_patients, …)
        The study table, as in `artifacts.assemble.TABLE`.
    measured
        Measurements by modality.
    about
        What the file is about: text, truth values and mappings of them; becomes `uns`.

    Returns
    -------
    mudata.MuData
        `obs`: patients in the table's order with `dataset` (the table's `cohort`), pool, family, label and endpoint,
        clinical columns, and `<modality>_unit`, missing for patients without a row in that modality. Modalities:
        `features` (float64, every patient; the numeric features that are not clinical, of which there may be none) and
        one for each of `measured` (float32).

    Raises
    ------
    StratifyError
        A modality is called like the one with the study's features, or the libraries are not installed.
    """
    require_library()
    from mudata import MuData  # noqa: PLC0415 - an optional dependency

    if FEATURES in measured:
        raise StratifyError(f"a modality is called {FEATURES!r}, the name kept for the study's own features; rename it")
    table = table.rename(columns={"cohort": "dataset"}).set_index("patient_id")
    computed = [name for name in table.columns if _is_computed(table, name)]
    units = {f"{name}_unit": one.patients["unit"] for name, one in measured.items()}
    observations = _writable(table.drop(columns=computed).assign(**units))
    parts = {FEATURES: _annotated(table[computed].astype("float64"), table[["dataset"]], pd.DataFrame(index=computed))}
    parts |= {name: _annotated(one.matrix, one.patients, one.features) for name, one in measured.items()}
    with _library_settings():
        together = MuData(parts)
        together.obs = observations.loc[together.obs_names].rename_axis(index="patient_id")
        together.var.index = together.var.index.astype(object)
        together.uns = dict(about)
    return together


def write_mudata(study: "MuData", path: Path) -> None:
    """Write an `.h5mu` file, compressed."""
    with _library_settings():
        study.write(path, compression="gzip")


def _is_computed(table: pd.DataFrame, name: str) -> bool:
    """Whether a column is a numeric feature that is not clinical."""
    return name not in {*IDENTITY, "dataset"} and not name.startswith("clin.") and is_numeric_dtype(table[name])


def _annotated(values: pd.DataFrame, observations: pd.DataFrame, variables: pd.DataFrame) -> "AnnData":
    from anndata import AnnData  # noqa: PLC0415 - an optional dependency

    return AnnData(values.to_numpy(), obs=_writable(observations), var=_writable(variables))


def _writable(frame: pd.DataFrame) -> pd.DataFrame:
    """Give text the types that can be written: categories, and an index, of Python strings."""
    text = {name: _categories(column) for name, column in frame.items() if not is_numeric_dtype(column)}
    return frame.assign(**{str(name): column for name, column in text.items()}).set_axis(frame.index.astype(object))


def _categories(column: pd.Series) -> pd.Series:
    known = pd.Index(sorted(column.dropna().unique()), dtype=object)
    return pd.Series(pd.Categorical(column.astype(object), categories=known), index=column.index)


@contextmanager
def _library_settings() -> Iterator[None]:
    """Keep annotations where they are put; one gene may be in two modalities."""
    from mudata import set_options  # noqa: PLC0415 - an optional dependency

    with warnings.catch_warnings(), set_options(pull_on_update=False):
        warnings.filterwarnings("ignore", message="var_names are not unique")
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="mudata")
        yield
