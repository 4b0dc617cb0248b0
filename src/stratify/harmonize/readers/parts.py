"""One cohort in several files: the samples of each, joined by name."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from stratify.config.dataset import Clinical, Modality
from stratify.errors import StratifyError
from stratify.harmonize.readers.registry import reader_for
from stratify.wording import counted

SHARED = 0.5
"""Smallest share of features that the files of one cohort must have in common."""


def read_clinical(paths: Sequence[Path], layout: Clinical) -> pd.DataFrame:
    """Read the clinical table of one file or several.

    Parameters
    ----------
    paths
        The files of `layout`, in its order.
    layout
        How each is laid out.

    Returns
    -------
    pandas.DataFrame
        As from the reader; rows in the order of the files; a column that a file lacks is missing for its samples.

    Raises
    ------
    StratifyError
        A file cannot be read, or a row name stands in two files.
    """
    tables = [reader_for(layout.reader).read_clinical(path, layout) for path in paths]
    if len(tables) == 1:
        return tables[0]
    if not layout.index_column:
        return pd.concat(tables, ignore_index=True).set_axis(pd.RangeIndex(1, sum(map(len, tables)) + 1))
    _refuse_repeated(paths, [table.index for table in tables])
    return pd.concat(tables)


def read_modality(paths: Sequence[Path], layout: Modality) -> pd.DataFrame:
    """Read the measurements of one file or several.

    Parameters
    ----------
    paths
        The files of `layout`, in its order.
    layout
        How each is laid out.

    Returns
    -------
    pandas.DataFrame
        float32, in the files' own orientation; a feature that a file lacks is missing for its samples.

    Raises
    ------
    StratifyError
        A file cannot be read, a sample stands in two files, or the files share less than half of their features.
    """
    tables = [_renamed(reader_for(layout.reader).read_modality(path, layout), layout, path) for path in paths]
    if len(tables) == 1:
        return tables[0]
    by_sample = layout.orientation == "samples_by_features"
    turned = [table.T if by_sample else table for table in tables]
    _refuse_repeated(paths, [table.columns for table in turned])
    first, *others = (table.index for table in turned)
    if any(not first.equals(features) for features in others):
        _refuse_other_features(paths, [table.index for table in turned])
    else:
        turned = [table.set_axis(pd.RangeIndex(len(first)), axis="index") for table in turned]
    joined = pd.concat(turned, axis="columns")
    if len(joined) == len(first) and isinstance(joined.index, pd.RangeIndex):
        joined = joined.set_axis(first, axis="index")
    return joined.T if by_sample else joined


def _renamed(table: pd.DataFrame, layout: Modality, path: Path) -> pd.DataFrame:
    """Name columns by the group of the pattern that picked them, where it has one."""
    pattern = re.compile(layout.columns or "")
    if pattern.groups == 0:
        return table
    found = [pattern.match(str(name)) for name in table.columns]
    names = pd.Index(
        [match[1] if match and match[1] else name for match, name in zip(found, table.columns, strict=True)]
    )
    twice = names[names.duplicated() & ~table.columns.duplicated()].unique()
    if len(twice):
        raise StratifyError(
            f"{path}: the group of `columns: {layout.columns}` gives several columns one name: {', '.join(twice[:3])}"
        )
    return table.set_axis(names.astype("str"), axis="columns")


def _refuse_repeated(paths: Sequence[Path], samples: list[pd.Index]) -> None:
    for at, (path, names) in enumerate(zip(paths, samples, strict=True)):
        for earlier, others in zip(paths[:at], samples[:at], strict=True):
            both = names.intersection(others)
            if len(both):
                raise StratifyError(
                    f"{path}: {counted(len(both), 'sample')} also in {earlier.name}: {', '.join(both[:3])}"
                )


def _refuse_other_features(paths: Sequence[Path], features: list[pd.Index]) -> None:
    """Refuse files that cannot be joined by feature."""
    for path, names in zip(paths, features, strict=True):
        if names.has_duplicates:
            shown = ", ".join(names[names.duplicated()].unique()[:3])
            raise StratifyError(f"{path}: features repeat ({shown}), so they cannot be joined to those of other files")
    for path, names in list(zip(paths, features, strict=True))[1:]:
        shared = len(names.intersection(features[0]))
        if shared < SHARED * min(len(names), len(features[0])):
            raise StratifyError(
                f"{path}: shares {counted(shared, 'feature')} of {len(names):,} with {paths[0].name}: "
                f"{', '.join(names[:3])} against {', '.join(features[0][:3])}"
            )
