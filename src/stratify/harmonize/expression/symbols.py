"""From the gene identifiers of a file to symbols, by fixed rules, each of which says how often it was used.

- An identifier that the table does not know is left out; a symbol that it does not know keeps its name.
- An identifier that stands for several symbols is left out: which gene was measured cannot be known.
- A current symbol stays. One in capitals (`C2ORF15`), a previous symbol, else an alias, becomes the current one, unless
  it stands for several genes or that gene has a row under its current symbol already: then it keeps its name.
- Several identifiers of one symbol: their rows are added on the linear scale; in units that cannot be added, all of
  them are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from stratify.errors import StratifyError
from stratify.harmonize.expression.gene_table import GeneTable
from stratify.harmonize.expression.identifiers import likely_kind, with_lower_case_orf, without_versions
from stratify.harmonize.findings.finding import Finding, Severity, listed

FEWEST_KNOWN = 0.5
"""Share of identifiers that a table should know; below it, table and file are probably not of one kind."""


@dataclass
class Symbols:
    """What the identifiers of a file became.

    Parameters
    ----------
    symbols
        One per identifier; ``None`` where it is left out.
    unknown
        Identifiers that the table does not know.
    ambiguous
        Identifiers that stand for several genes, with these.
    renamed
        Symbols that were brought to the current one, with that.
    """

    symbols: list[str | None] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)


def to_symbols(identifiers: Sequence[str], table: GeneTable, kind: str, where: str) -> Symbols:
    """Look up the symbols of identifiers.

    Parameters
    ----------
    identifiers
        As the file names its rows.
    table
        The gene table.
    kind
        `ensembl`, `entrez` or `symbol`.
    where
        The file, for messages.

    Returns
    -------
    Symbols

    Raises
    ------
    StratifyError
        The table knows none of the identifiers.
    """
    found = _current_symbols(identifiers, table) if kind == "symbol" else _symbols_of_ids(identifiers, table, kind)
    if len(found.unknown) == len(identifiers):
        looks = likely_kind(identifiers)
        hint = f"they look like {looks!r}" if looks not in (None, kind) else "check `genes:` and the column `id:`"
        raise StratifyError(
            f"{where}: none of the {len(identifiers):,} identifiers is in the gene table as {kind!r}: "
            f"{listed(identifiers)}; {hint}"
        )
    return found


def _symbols_of_ids(identifiers: Sequence[str], table: GeneTable, kind: str) -> Symbols:
    found = Symbols()
    plain = without_versions(identifiers) if kind == "ensembl" else identifiers
    for written, identifier in zip(identifiers, plain, strict=True):
        meant = table.names[kind].get(identifier, frozenset())
        found.symbols.append(next(iter(meant)) if len(meant) == 1 else None)
        if not meant:
            found.unknown.append(written)
        elif len(meant) > 1:
            found.ambiguous.append(f"{written} ({', '.join(sorted(meant))})")
    return found


def _current_symbols(identifiers: Sequence[str], table: GeneTable) -> Symbols:
    found = Symbols()
    spelled = [with_lower_case_orf(name) for name in identifiers]
    taken = table.symbols.intersection(identifiers)
    for written, name in zip(identifiers, spelled, strict=True):
        meant = frozenset([name]) if name in table.symbols else _formerly(name, table)
        current = next(iter(meant)) if len(meant) == 1 else None
        if current is None or (current != written and current in taken):
            current = written
        found.symbols.append(current)
        if not meant:
            found.unknown.append(written)
        elif len(meant) > 1:
            found.ambiguous.append(f"{written} ({', '.join(sorted(meant))})")
        elif current != written:
            found.renamed.append(f"{written} to {current}")
    return found


def _formerly(name: str, table: GeneTable) -> frozenset[str]:
    """Genes of which a name is a previous symbol, else an alias."""
    return table.names.get("previous", {}).get(name) or table.names.get("alias", {}).get(name, frozenset())


def symbol_findings(
    modality: str, found: Symbols, kind: str, merged: dict[str, int], *, added: bool
) -> Iterator[Finding]:
    """Count how often each rule was used.

    Parameters
    ----------
    modality
        Name of the modality.
    found
        From `to_symbols`.
    kind
        Kind of the identifiers.
    merged
        Symbols with several rows, and how many.
    added
        Whether those rows were added; else they were left out.

    Yields
    ------
    Finding
    """
    n = len(found.symbols)
    fate = "keep their names" if kind == "symbol" else "left out"
    if found.unknown:
        share = len(found.unknown) / n
        severity: Severity = "error" if share > 1 - FEWEST_KNOWN else "warning"
        detail = (
            f"{len(found.unknown):,} of {n:,} identifiers ({share:.1%}) are not in the gene table as {kind!r}, {fate}: "
            f"{listed(found.unknown)}"
        )
        yield Finding("unknown_genes", severity, len(found.unknown), detail, modality)
    if found.ambiguous:
        detail = f"{len(found.ambiguous):,} of {n:,} identifiers stand for several genes, {fate}: " + listed(
            found.ambiguous
        )
        yield Finding("ambiguous_genes", "warning", len(found.ambiguous), detail, modality)
    if found.renamed:
        detail = f"{len(found.renamed):,} of {n:,} symbols brought to the current one: {listed(found.renamed)}"
        yield Finding("renamed_genes", "info", len(found.renamed), detail, modality)
    if merged:
        how = "rows of one gene are added" if added else "values of this unit cannot be added, so all are left out"
        detail = f"{len(merged):,} genes have several rows ({sum(merged.values()):,} in all), {how}: {listed(merged)}"
        yield Finding("merged_genes", "info" if added else "warning", len(merged), detail, modality)
