"""Read gene tables: which identifiers and former names a gene symbol has, and how long the gene is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.config.dataset import TableFile
from stratify.config.expression import GeneIds, GeneLengths, GeneTableFile
from stratify.errors import StratifyError
from stratify.harmonize.expression.identifiers import without_versions
from stratify.harmonize.findings.finding import listed
from stratify.harmonize.numbers import parse_numbers
from stratify.harmonize.readers.delimited import read_grid
from stratify.harmonize.readers.grid import column_of, grid_to_frame
from stratify.wording import counted

FORMATS: dict[str, dict[str, str]] = {
    "HGNC complete set": {
        "symbol": "symbol",
        "ensembl": "ensembl_gene_id",
        "entrez": "entrez_id",
        "previous": "prev_symbol",
        "alias": "alias_symbol",
        "status": "status",
    },
    "gene_id_map": {"symbol": "gene_name", "ensembl": "ensid", "entrez": "entrezgene"},
}
"""Columns of the formats that are known, by what they hold."""

KINDS: tuple[str, ...] = ("ensembl", "entrez", "previous", "alias")
"""What a gene can be called besides its symbol."""

APPROVED = "Approved"
"""Status of the symbols of an HGNC table that are in use."""

Names = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class GeneTable:
    """Symbols of genes, and everything else that the genes are or were called.

    Parameters
    ----------
    symbols
        Current symbols.
    names
        By kind (`ensembl`, `entrez`, `previous`, `alias`): an identifier to the symbols it stands for, of which there
        may be several.
    """

    symbols: frozenset[str]
    names: Mapping[str, Names]


def read_gene_table(path: Path, layout: GeneIds) -> GeneTable:
    """Read a gene table; its format is told by its header.

    Parameters
    ----------
    path
        A text table, compressed or not: HGNC's complete set, of which approved symbols are taken, or a table with the
        columns `ensid`, `gene_name` and `entrezgene`.
    layout
        How it is laid out.

    Returns
    -------
    GeneTable

    Raises
    ------
    StratifyError
        The file is no gene table of a known format, or a row has no symbol.
    """
    table = _read(path, layout)
    columns = _columns(table, path)
    if "status" in columns:
        table = table[table[columns["status"]] == APPROVED]
        if table.empty:
            raise StratifyError(f"{path}: no row has the status {APPROVED!r} in column {columns['status']!r}")
    symbols = table[columns["symbol"]].str.strip()
    if symbols.isna().any():
        raise StratifyError(
            f"{path}: {counted(int(symbols.isna().sum()), 'row')} of {len(table):,} without a gene symbol in column "
            f"{columns['symbol']!r}"
        )
    names = {kind: _names(table[columns[kind]], symbols) for kind in KINDS if kind in columns}
    return GeneTable(frozenset(symbols), names)


def _read(path: Path, wanted: GeneTableFile) -> pd.DataFrame:
    layout = TableFile(file=path.name, separator=wanted.separator, index_column=wanted.index_column, missing=[])
    return grid_to_frame(read_grid(path, layout), layout, str(path))


def _columns(table: pd.DataFrame, path: Path) -> dict[str, str]:
    for columns in FORMATS.values():
        if set(columns.values()) <= set(table.columns):
            return columns
    known = "; ".join(f"{name} ({', '.join(columns.values())})" for name, columns in FORMATS.items())
    raise StratifyError(
        f"{path}: not a gene table: its columns are {listed(table.columns, 6)}; the formats known, with the columns "
        f"they need, are: {known}"
    )


def _names(cells: pd.Series, symbols: pd.Series) -> Names:
    found: dict[str, set[str]] = defaultdict(set)
    for cell, symbol in zip(cells.fillna(""), symbols, strict=True):
        for name in _split(cell):
            found[name].add(symbol)
    return {name: frozenset(meant) for name, meant in found.items()}


def _split(cell: str) -> Iterable[str]:
    """Split a cell at its bars; HGNC lists several names of a gene in one."""
    return (name for part in cell.split("|") if (name := part.strip()))


def read_gene_lengths(path: Path, layout: GeneLengths) -> pd.Series:
    """Read a table of gene lengths.

    Parameters
    ----------
    path
        A text table, compressed or not.
    layout
        How it is laid out, and its columns.

    Returns
    -------
    pandas.Series
        float64, base pairs, indexed by identifier without Ensembl version.

    Raises
    ------
    StratifyError
        A column is missing, a length is no number or not above zero, or a gene has two.
    """
    table = _read(path, layout)
    where = f"{path}: column {layout.length!r}"
    ids = pd.Index(without_versions(column_of(table, layout.id, str(path)).fillna("").str.strip()), dtype="str")
    lengths = parse_numbers(column_of(table, layout.length, str(path)).set_axis(ids), where, decimal=".")
    wrong = ~(lengths > 0) | ~np.isfinite(lengths)
    if wrong.any():
        raise StratifyError(f"{where}: {counted(int(wrong.sum()), 'length')} not above zero: {listed(ids[wrong])}")
    lengths = lengths[~pd.MultiIndex.from_arrays([ids, lengths]).duplicated()].astype("float64")
    twice = lengths.index[lengths.index.duplicated()].unique()
    if len(twice):
        raise StratifyError(f"{where}: {counted(len(twice), 'gene')} with more than one length: {listed(twice)}")
    return lengths
