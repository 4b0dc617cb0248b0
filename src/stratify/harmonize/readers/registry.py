"""Which reader answers to which name in a dataset file."""

from pathlib import Path
from typing import Protocol

import pandas as pd

from stratify.config.dataset import Clinical, Modality
from stratify.errors import StratifyError, nearest
from stratify.harmonize.readers.annotated_hdf5 import AnnotatedHdf5Reader
from stratify.harmonize.readers.cbioportal import CbioportalReader
from stratify.harmonize.readers.counts_table import CountsTableReader
from stratify.harmonize.readers.geo_series_matrix import GeoSeriesMatrixReader
from stratify.harmonize.readers.maf import MafReader
from stratify.harmonize.readers.summarized_experiment import SummarizedExperimentReader
from stratify.harmonize.readers.table import TableReader


class Reader(Protocol):
    """Turns a raw file into a frame; knows formats and layouts, nothing of what the columns mean."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Read every cell as text: one row a sample, str columns, missing as null, row names in the index."""
        ...

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Read measurements as float32 in the file's own orientation, labelled by str index and columns."""
        ...


READERS: dict[str, Reader] = {
    "cbioportal": CbioportalReader(),
    "maf": MafReader(),
    "counts_table": CountsTableReader(),
    "geo_series_matrix": GeoSeriesMatrixReader(),
    "h5ad": AnnotatedHdf5Reader(),
    "h5mu": AnnotatedHdf5Reader(),
    "summarized_experiment": SummarizedExperimentReader(),
    "table": TableReader(),
}


def reader_for(name: str) -> Reader:
    """Look up a reader.

    Parameters
    ----------
    name
        Value of `reader:` in the dataset file.

    Returns
    -------
    Reader

    Raises
    ------
    StratifyError
        There is no reader of that name.
    """
    try:
        return READERS[name]
    except KeyError:
        raise StratifyError(f"unknown reader {name!r}; {nearest(name, READERS)}") from None
