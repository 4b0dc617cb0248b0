"""A table of expression in the unit and under the names that the dataset file asks for."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.config.dataset import Modality
from stratify.config.expression import LINEAR_UNITS, LOG_UNITS
from stratify.errors import StratifyError
from stratify.harmonize.expression.gene_table import GeneTable
from stratify.harmonize.expression.identifiers import without_versions
from stratify.harmonize.expression.symbols import symbol_findings, to_symbols
from stratify.harmonize.expression.units import to_linear, to_log2, to_parts_per_million
from stratify.harmonize.findings import expression as checks
from stratify.harmonize.findings.finding import Finding
from stratify.harmonize.findings.measurements import non_finite_values

Floats = NDArray[np.float64]

SAMPLES_AT_ONCE = 256
"""Converted together in double precision, so that memory does not grow with the number of samples."""


@dataclass(frozen=True)
class GeneTables:
    """The gene tables a modality needs.

    Parameters
    ----------
    symbols
        Where its dataset file has `genes`.
    lengths
        Base pairs by identifier, where it has `lengths`.
    """

    symbols: GeneTable | None = None
    lengths: pd.Series | None = None


@dataclass(frozen=True)
class _Rows:
    """Which rows of the file make which gene.

    Parameters
    ----------
    features
        Names of the genes made.
    order
        Rows that are used, those of one gene together.
    starts
        Where each gene begins in `order`.
    symbols
        What each row of the file is called; ``None`` where it is left out.
    findings
        On the names.
    """

    features: pd.Index
    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    symbols: list[str | None]
    findings: list[Finding] = field(default_factory=list)

    def sum(self, values: Floats) -> Floats:
        """Add the rows of each gene; missing where one of them is. Takes and gives samples by genes."""
        used = values[:, self.order]
        return used if len(self.starts) == len(self.order) else np.add.reduceat(used, self.starts, axis=1)


def harmonize_expression(
    measured: pd.DataFrame, modality: Modality, name: str, tables: GeneTables, where: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Check expression against its declared unit and convert it.

    Every value depends on its own sample (and the declared tables) only.

    Parameters
    ----------
    measured
        float32, features (`<namespace>.<identifier>`, each once) by samples; a sample that was not measured is
        missing throughout. Not changed.
    modality
        What it is, and what it should become.
    name
        Name of the modality.
    tables
        As its `genes` and `lengths` ask for.
    where
        The file, for messages.

    Returns
    -------
    DataFrame
        float32, the same samples; `<namespace>.<symbol>` in the file's order (a gene of several rows where its first
        stands).
    list of Finding
        Of a modality that is no expression and has no `genes`, the table comes back as it was, without any.

    Raises
    ------
    StratifyError
        The gene table knows none of the identifiers, or none has a length.
    """
    expression = modality.unit in LOG_UNITS | LINEAR_UNITS
    if not expression and modality.genes is None:
        return measured, []
    values = measured.to_numpy(dtype=np.float32, copy=True)
    findings = _checked(values, measured, modality, name) if expression else []
    names = measured.index.str.removeprefix(f"{modality.namespace}.")
    rows = _rows(names, modality, name, tables, where)
    lengths = _lengths(names, rows.symbols, modality, tables, where)
    if lengths is not None:
        findings += checks.genes_without_length(name, np.isnan(lengths), measured.index)
        rows = _with_length(rows, lengths)
    findings += rows.findings
    converted, totals = _convert(values, modality, rows, lengths)
    if modality.unit in LINEAR_UNITS or modality.offset is not None:
        findings += checks.sums_above_a_million(name, totals, modality.unit, measured.columns)
    index = pd.Index(modality.namespace + "." + rows.features, name=measured.index.name)
    return pd.DataFrame(converted, index=index, columns=measured.columns, copy=False), findings


def _checked(values: NDArray[np.float32], measured: pd.DataFrame, modality: Modality, name: str) -> list[Finding]:
    """Check the measured samples; set to missing, in place, what is no expression."""
    there = ~np.isnan(values).all(axis=0)
    samples, unit = measured.columns[np.flatnonzero(there)], modality.unit
    if not len(samples) or not len(values):
        return []
    findings = _without_infinite(values, measured, modality, name)
    seen = values if there.all() else values[:, there]
    findings += [*checks.negative_values(name, seen, unit, measured.index)]
    empty = checks.empty_samples(seen, unit)
    findings += checks.all_zero_samples(name, empty, samples)
    full = seen[:, ~empty] if empty.any() else seen
    if full.size:
        findings += checks.other_scales(name, full, unit, samples[~empty])
        findings += checks.centred_genes(name, full, unit)
        findings += checks.fractional_counts(name, full, unit, samples[~empty])
        findings += checks.few_genes_detected(name, full, unit, modality.offset, samples[~empty])
        findings += checks.offset_mismatch(name, full, unit, modality.offset)
    values[:, np.flatnonzero(there)[empty]] = np.nan
    if unit in LINEAR_UNITS:
        values[values < 0] = np.nan
    return findings


def _without_infinite(
    values: NDArray[np.float32], measured: pd.DataFrame, modality: Modality, name: str
) -> list[Finding]:
    """Set infinite values to missing, in place: one would decide its sample's sum. Of zero, log2(x + 0) is as it is."""
    infinite = np.isinf(values)
    if modality.to is not None and modality.offset == 0:
        infinite &= values > 0
    if not infinite.any():
        return []
    findings = list(non_finite_values(name, np.where(infinite, values, 0), measured.index))
    values[infinite] = np.nan
    return findings


def _rows(names: pd.Index, modality: Modality, name: str, tables: GeneTables, where: str) -> _Rows:
    if modality.genes is None or tables.symbols is None:
        every = np.arange(len(names))
        return _Rows(names, every, every, list(names))
    kind = modality.genes.identifier
    found = to_symbols(list(names), tables.symbols, kind, where)
    symbols = pd.Series(found.symbols, dtype="str")
    symbols = symbols[symbols.notna()]
    sizes = symbols.value_counts(sort=False)
    merged = {str(symbol): int(size) for symbol, size in sizes[sizes > 1].items()}
    added = modality.unit in LINEAR_UNITS | LOG_UNITS
    if not added:
        symbols = symbols[~symbols.isin(list(merged))]
    codes, uniques = pd.factorize(symbols)
    by_gene = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[by_gene], prepend=-1))
    findings = list(symbol_findings(name, found, kind, merged, added=added))
    return _Rows(pd.Index(uniques, dtype="str"), symbols.index.to_numpy()[by_gene], starts, found.symbols, findings)


def _lengths(
    names: pd.Index, symbols: list[str | None], modality: Modality, tables: GeneTables, where: str
) -> Floats | None:
    """Look up the length of every row of the file; NaN where there is none."""
    lengths, declared = tables.lengths, modality.lengths
    if lengths is None or declared is None:
        return None
    if declared.identifier is None or tables.symbols is None:
        found = lengths.reindex(without_versions(names))
    else:
        found = _by_symbol(lengths, tables.symbols, declared.identifier, declared.file).reindex(symbols)
    if found.isna().all():
        raise StratifyError(
            f"{where}: none of the {len(names):,} genes has a length: genes {', '.join(names[:3])}; lengths of "
            f"{', '.join(map(str, lengths.index[:3]))}; check `lengths:`, its `id` and its `from`"
        )
    return found.to_numpy(dtype=np.float64)


def _by_symbol(lengths: pd.Series, table: GeneTable, kind: str, where: str) -> pd.Series:
    """Bring lengths to symbols; one with several lengths has none."""
    symbols = to_symbols(list(lengths.index), table, kind, where).symbols
    named = pd.DataFrame({"symbol": symbols, "length": lengths.to_numpy()}).dropna().drop_duplicates()
    return named.drop_duplicates("symbol", keep=False).set_index("symbol")["length"]


def _with_length(rows: _Rows, lengths: Floats) -> _Rows:
    """Leave out the rows without a length, and the genes that have no other."""
    gene = np.repeat(np.arange(len(rows.starts)), np.diff(rows.starts, append=len(rows.order)))
    kept = ~np.isnan(lengths[rows.order])
    genes, starts = np.unique(gene[kept], return_index=True)
    return _Rows(rows.features[genes], rows.order[kept], starts, rows.symbols, rows.findings)


def _convert(
    values: NDArray[np.float32], modality: Modality, rows: _Rows, lengths: Floats | None
) -> tuple[NDArray[np.float32], Floats]:
    """Convert genes by samples, some samples at once; also give each sample's sum of linear values."""
    totals = np.zeros(values.shape[1])
    if modality.to is None and modality.unit not in LINEAR_UNITS:
        return values[rows.order], totals
    result = np.empty((len(rows.features), values.shape[1]), dtype=np.float32)
    for start in range(0, values.shape[1], SAMPLES_AT_ONCE):
        part = slice(start, start + SAMPLES_AT_ONCE)
        block = np.ascontiguousarray(values[:, part].T, dtype=np.float64)
        linear = to_linear(block, modality.unit, modality.offset)
        totals[part] = np.nansum(linear, axis=1)
        if modality.to is not None:
            linear = to_parts_per_million(linear, modality.unit, lengths)
        summed = rows.sum(linear)
        result[:, part] = (summed if modality.to is None else to_log2(summed)).T
    return result, totals
