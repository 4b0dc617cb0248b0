"""In whom mutations were looked for, from a list or a table that says so."""

from pathlib import Path, PurePosixPath

from stratify.config.dataset import Modality
from stratify.config.mutations import Profiled
from stratify.errors import StratifyError, nearest
from stratify.harmonize.readers.delimited import separator_for
from stratify.harmonize.readers.files import open_binary
from stratify.harmonize.readers.text_columns import TextColumns


def sibling(path: Path, file: str, other: str) -> Path:
    """Find another file of the same source.

    Parameters
    ----------
    path
        Where `file` is.
    file, other
        Names of both in the source, folders included.

    Examples
    --------
    >>> sibling(Path("raw/box/a/m.maf"), "a/m.maf", "list.txt").as_posix()
    'raw/box/list.txt'
    """
    return path.parents[len(PurePosixPath(file).parts) - 1] / other


def profiled_samples(path: Path, layout: Modality, profiled: Profiled) -> list[str]:
    """Read who was profiled.

    Parameters
    ----------
    path
        The file of mutations.
    layout
        How it is laid out; texts that mean missing.
    profiled
        The list or table beside it.

    Returns
    -------
    list of str
        Identifiers, stripped, each once, in the order of the file.

    Raises
    ------
    StratifyError
        The file cannot be read, has none of the declared values, or names nobody.
    """
    where = sibling(path, layout.file, profiled.file)
    found = _from_list(where) if profiled.id is None else _from_table(where, layout, profiled)
    if not found:
        raise StratifyError(f"{where}: names no sample; it should name everyone who was profiled")
    return list(dict.fromkeys(found))


def _from_list(path: Path) -> list[str]:
    with open_binary(path) as stream:
        names = [line.strip() for line in stream.read().decode("utf-8-sig").splitlines()]
    wide = [name for name in names if "\t" in name or "," in name]
    if wide:
        raise StratifyError(
            f"{path}: expected one identifier a line, found {wide[0][:60]!r}; of a table name the column of "
            "identifiers, `profiled: {id: …}`"
        )
    return [name for name in names if name and not name.startswith("#")]


def _from_table(path: Path, layout: Modality, profiled: Profiled) -> list[str]:
    names = [name for name in (profiled.id, profiled.column) if name is not None]
    with open_binary(path) as stream:
        separator = separator_for(path, profiled.separator)
        table = TextColumns(stream, str(path), separator=separator, encoding=layout.encoding, missing=layout.missing)
        frame = table.text(names)
    ids = frame[names[0]].str.strip()
    if profiled.column is None:
        return ids.dropna().tolist()
    values = frame[profiled.column].str.strip()
    absent = [value for value in profiled.is_one_of if not (values == value).any()]
    if absent:
        remedy = nearest(absent[0], values.dropna().unique())
        raise StratifyError(f"{path}: column {profiled.column!r} never says {absent[0]!r}; {remedy}")
    return ids[values.isin(profiled.is_one_of)].dropna().tolist()
