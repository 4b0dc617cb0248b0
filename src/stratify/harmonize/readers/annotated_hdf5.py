"""Annotated matrices in HDF5: `.h5ad` (AnnData) and `.h5mu` (MuData), as their file formats are documented.

Only the tables and the one matrix that are asked for are read, the matrix in blocks of samples. Pickled or compressed
objects that a file may carry besides are not touched.

References
----------
AnnData, on-disk format: https://anndata.readthedocs.io/en/latest/fileformat-prose.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from stratify.config.dataset import Clinical, Modality, TableFile
from stratify.errors import StratifyError, nearest
from stratify.harmonize.readers.files import open_binary
from stratify.harmonize.readers.grid import column_of, picked_columns
from stratify.harmonize.readers.r_vectors import unique_names
from stratify.harmonize.readers.workbook import cell_text

BLOCK = 1024
"""Samples read at once."""


class AnnotatedHdf5Reader:
    """Reads `.h5ad` and `.h5mu` files."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Read `obs`, every cell as text.

        Parameters
        ----------
        path
            The raw file.
        layout
            Of a `.h5mu`, `experiment` chooses the modality whose `obs` is read, the common one where not given.

        Returns
        -------
        pandas.DataFrame
            Columns of str, missing as null; names of observations in the index.

        Raises
        ------
        StratifyError
            h5py is not installed, or the file is not of this format.
        """
        with _opened(path) as root:
            group = _experiment(root, layout, path) if layout.experiment is not None else root
            table = _table(_member(group, "obs", path), f"{path}: obs")
        return table.mask(table.isin([*layout.missing, ""]))

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Read `X`, or a layer.

        Parameters
        ----------
        path
            The raw file.
        layout
            `assay` names a layer. The rows are `obs` (samples_by_features) or `var` (features_by_samples); `id` names
            a column of theirs, their names where not given.

        Returns
        -------
        pandas.DataFrame
            float32, labelled by str.

        Raises
        ------
        StratifyError
            As for the clinical table; or there is no such experiment, layer or column.
        """
        with _opened(path) as root:
            group = _experiment(root, layout, path)
            by_sample = layout.orientation == "samples_by_features"
            samples = _labels(group, "obs", layout.id if by_sample else None, path)
            features = _labels(group, "var", None if by_sample else layout.id, path)
            unique_names(list(samples), "sample", str(path))
            columns = features if by_sample else samples
            picked = picked_columns(list(columns), None, layout.columns, str(path))
            where = f"{path}: layer {layout.assay!r}" if layout.assay else f"{path}: X"
            values = _matrix(_assay(group, layout, path), (len(samples), len(features)), where)
        values = values if by_sample else values.T
        return pd.DataFrame(values[:, picked], index=samples if by_sample else features, columns=columns[picked])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        import h5py  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise StratifyError(
            f"{path}: HDF5 files need h5py, which is not installed: pip install 'stratify-omics[h5ad]'"
        ) from None
    with open_binary(path) as stream:
        try:
            root = h5py.File(stream, "r")
        except OSError as error:
            raise StratifyError(f"{path}: not a readable HDF5 file, perhaps cut short: {error}") from None
        try:
            with root:
                yield root
        except (KeyError, OSError, RuntimeError) as error:
            raise StratifyError(f"{path}: not a readable AnnData or MuData file: {error}") from None


def _experiment(root: Any, layout: TableFile, path: Path) -> Any:
    if "mod" not in root:
        if layout.experiment is not None:
            raise StratifyError(f"{path}: a .h5ad file has no experiments; leave `experiment` out")
        return root
    held = list(root["mod"])
    name = layout.experiment or (held[0] if len(held) == 1 else None)
    if name is None:
        raise StratifyError(f"{path}: choose with `experiment:` among: {', '.join(held)}")
    if name not in held:
        raise StratifyError(f"{path}: no experiment {name!r}; {nearest(name, held)}")
    return root["mod"][name]


def _assay(group: Any, layout: TableFile, path: Path) -> Any:
    if layout.assay is None:
        return _member(group, "X", path)
    layers = list(group["layers"]) if "layers" in group else []
    if not layers:
        raise StratifyError(f"{path}: no layer {layout.assay!r}: the file has none; leave `assay` out to read `X`")
    if layout.assay not in layers:
        raise StratifyError(f"{path}: no layer {layout.assay!r}; {nearest(layout.assay, layers)}")
    return group["layers"][layout.assay]


def _member(group: Any, name: str, path: Path) -> Any:
    if name not in group:
        raise StratifyError(f"{path}: not an AnnData file: there is no {name!r}; it holds {', '.join(list(group)[:8])}")
    return group[name]


def _labels(group: Any, axis: str, column: str | None, path: Path) -> pd.Index:
    table = _member(group, axis, path)
    if column is None:
        return pd.Index(_texts(table[table.attrs["_index"]]), dtype="str")
    return pd.Index(column_of(_table(table, f"{path}: {axis}"), column, f"{path}: {axis}"), name=None)


def _table(table: Any, where: str) -> pd.DataFrame:
    if "_index" not in table.attrs:
        raise StratifyError(f"{where}: written by an old AnnData (before 0.7); save it again with a newer one")
    index = unique_names(_texts(table[table.attrs["_index"]]), "sample" if where.endswith("obs") else "feature", where)
    columns = {str(name): _texts(table[name]) for name in table.attrs["column-order"]}
    return pd.DataFrame(columns, index=index, dtype="str")


def _texts(column: Any) -> list[str | None]:
    """Write a column as text, whichever of the documented encodings it has."""
    if hasattr(column, "keys"):
        if "categories" in column:
            levels = _texts(column["categories"])
            return [None if code < 0 else levels[code] for code in column["codes"][()].tolist()]
        masked = zip(column["values"][()].tolist(), column["mask"][()].tolist(), strict=True)
        return [None if mask else _text(value) for value, mask in masked]
    return [_text(value) for value in column[()].tolist()]


def _text(value: Any) -> str | None:
    return (value.decode("utf-8") if isinstance(value, bytes) else cell_text(value)) or None


def _matrix(stored: Any, shape: tuple[int, int], where: str) -> np.ndarray:
    found = tuple(int(n) for n in (stored.attrs["shape"] if hasattr(stored, "keys") else stored.shape))
    if found != shape:
        raise StratifyError(f"{where}: {found[0]} x {found[1]} values for {shape[0]} samples and {shape[1]} features")
    if 0 in shape:
        raise StratifyError(f"{where}: no data: {shape[0]} samples, {shape[1]} features")
    values = np.empty(shape, dtype=np.float32)
    if not hasattr(stored, "keys"):
        for start in range(0, shape[0], BLOCK):
            values[start : start + BLOCK] = stored[start : start + BLOCK]
        return values
    by_rows = stored.attrs["encoding-type"] == "csr_matrix"
    kind = sparse.csr_matrix if by_rows else sparse.csc_matrix
    parts = (stored["data"][()], stored["indices"][()], stored["indptr"][()])
    kind(parts, shape=shape, dtype=np.float32).toarray(out=values)
    return values
