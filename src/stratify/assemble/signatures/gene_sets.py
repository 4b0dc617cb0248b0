"""Understand gene sets written as GMT or as a table."""

import csv
import zlib
from collections.abc import Iterator

from stratify.errors import StratifyError, nearest
from stratify.unpacking import gunzip


def parse_gene_sets(
    content: bytes, where: str, *, name: str = "set", genes: str = "gene", separator: str | None = None
) -> dict[str, list[str]]:
    """Understand the content of a GMT file or of a tab-separated table.

    Parameters
    ----------
    content
        The file's bytes.
    where
        Its name, whose ending says its kind: ``.gmt`` or ``.tsv``, either compressed (``.gz``) or not.
    name, genes, separator
        As for `load_gene_sets`.

    Returns
    -------
    dict of str to list of str
        Genes of each set in the order of the file, each once.

    Raises
    ------
    StratifyError
        Another kind of file, not text, empty, or a line is not a set: names the file and the line.
    """
    kind = "." + where.removesuffix(".gz").rpartition(".")[2]
    if kind not in {".gmt", ".tsv"}:
        raise StratifyError(f"{where}: gene sets are read from .gmt or .tsv files (or these with .gz), not {kind!r}")
    lines = _lines(content, where)
    sets = _gmt(lines, where) if kind == ".gmt" else _table(lines, where, name, genes, separator)
    if not sets:
        raise StratifyError(f"{where}: holds no gene set")
    return sets


def _lines(content: bytes, where: str) -> list[str]:
    try:
        text = (gunzip(content, where) if where.endswith(".gz") else content).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise StratifyError(f"{where}: cannot be read as text: {error}") from None
    return text.splitlines()


def _gmt(lines: list[str], where: str) -> dict[str, list[str]]:
    sets: dict[str, list[str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")]
        members = list(dict.fromkeys(filter(None, fields[2:])))
        if not fields[0] or not members:
            raise StratifyError(
                f"{where}, line {number}: expected name, description and genes between tabs, found "
                f"{len(fields)} field(s) starting with {fields[0][:40]!r}"
            )
        if fields[0] in sets:
            raise StratifyError(f"{where}, line {number}: the set {fields[0]!r} stands twice; rename or remove one")
        sets[fields[0]] = members
    return sets


def _table(lines: list[str], where: str, name: str, genes: str, separator: str | None) -> dict[str, list[str]]:
    sets: dict[str, list[str]] = {}
    for number, set_name, cell in _cells(lines, where, name, genes):
        if separator is not None and set_name in sets:
            raise StratifyError(f"{where}, line {number}: the set {set_name!r} stands twice; rename or remove one")
        found = [cell] if separator is None else cell.split(separator)
        members = sets.setdefault(set_name, [])
        members += [gene for gene in dict.fromkeys(part.strip() for part in found) if gene and gene not in members]
    return sets


def _cells(lines: list[str], where: str, name: str, genes: str) -> Iterator[tuple[int, str, str]]:
    """Line number, set and gene cell of each row that has them; a row with one and not the other is an error."""
    reader = csv.DictReader(lines, delimiter="\t")
    header = [str(column) for column in reader.fieldnames or []]
    for column in (name, genes):
        if column not in header:
            raise StratifyError(f"{where}: has no column {column!r}; {nearest(column, header)}")
    for row in reader:
        set_name, cell = (row[name] or "").strip(), (row[genes] or "").strip()
        if not set_name and not cell:
            continue
        if not set_name or not cell:
            missing = genes if set_name else name
            raise StratifyError(
                f"{where}, line {reader.line_num}: {missing!r} is empty; every row names a set and a gene"
            )
        yield reader.line_num, set_name, cell
