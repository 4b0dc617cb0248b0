"""Declarative column maps: from a column of the file to a column in our names, kinds and units."""

import pandas as pd

from stratify.config.dataset import Column
from stratify.errors import StratifyError, nearest
from stratify.harmonize.numbers import offenders, parse_numbers
from stratify.harmonize.readers.grid import column_of
from stratify.harmonize.units import DURATIONS, factor_to, unit_of
from stratify.harmonize.values import apply_groups, apply_values, mark_missing
from stratify.harmonize.vocabulary import Kind, nearest_term, term_for
from stratify.wording import counted


def map_column(name: str, column: Column, raw: pd.DataFrame, where: str, *, decimal: str = ".") -> pd.Series:
    """Make one column in our names from the raw table.

    In this order: values given for single samples, codes that mean missing, the value map or groups, the kind, the
    unit, the allowed levels. Surrounding whitespace carries no meaning and is removed.

    Parameters
    ----------
    name
        Column in our names, with its unit.
    column
        How it is made.
    raw
        The table as text, one row a sample, indexed by sample.
    where
        Dataset and file, for messages.
    decimal
        Decimal sign of numbers in the file.

    Returns
    -------
    pandas.Series
        float64 for a number (in the unit of the name), str for a category; missing as null; index of `raw`.

    Raises
    ------
    StratifyError
        The column is missing, a value is not listed, not a number or no allowed level, or a unit does not convert.
    """
    if column.constant is not None:
        place = f"{where}: column {name!r} (constant)"
        values = pd.Series([column.constant] * len(raw), index=raw.index, dtype=object)
        mapped = True
    else:
        place = f"{where}: column {name!r} (from {column.source!r})"
        values, mapped = _mapped(_source_text(column, raw, where), column, place), _has_map(column)
    kind = _kind(name, column, values, mapped, place)
    if kind == "category":
        result = _as_category(values)
    else:
        _check_unit_word(name, column, place)
        _check_burden_word(name, column, place)
        result = _as_number(values, mapped, place, decimal)
        if column.unit is not None:
            result = result * factor_to(name, column.unit, place)
    _check_levels(name, result, place)
    return result.rename(name)


def _source_text(column: Column, raw: pd.DataFrame, where: str) -> pd.Series:
    text = with_samples(column_of(raw, str(column.source), where).str.strip(), column, where)
    return mark_missing(text.mask(text == ""), column.missing)


def with_samples(text: pd.Series, column: Column, where: str) -> pd.Series:
    """Put what the dataset file gives for single samples in the place of what the file holds.

    Parameters
    ----------
    text
        str, missing as null; indexed by sample, as ``<dataset>:<identifier>``.
    column
        How the column is made.
    where
        File and column, for messages.

    Returns
    -------
    pandas.Series
        Same index.

    Raises
    ------
    StratifyError
        A sample is not in the file.
    """
    if not column.of_samples:
        return text
    names = {sample: str(sample).rpartition(":")[2] for sample in text.index}
    absent = [sample for sample in column.of_samples if sample not in names.values()]
    if absent:
        raise StratifyError(
            f"{where}: `of_samples` names {counted(len(absent), 'sample')} that the cohort does not hold: "
            f"{', '.join(absent[:3])}; {nearest(absent[0], names.values())}"
        )
    given = {name: None if value is None else str(value) for name, value in column.of_samples.items()}
    replaced = [given.get(names[sample], value) for sample, value in text.items()]
    return pd.Series(replaced, index=text.index, dtype="str", name=text.name)


def _has_map(column: Column) -> bool:
    return not (column.values is None and column.groups is None)  # noqa: PD011 - a field of the dataset file


def _mapped(text: pd.Series, column: Column, where: str) -> pd.Series:
    if column.values is not None:  # noqa: PD011 - a field of the dataset file
        return apply_values(text, column.values, where)
    if column.groups is not None:
        exhaustive = "otherwise" not in column.model_fields_set
        return apply_groups(text, column.groups, where, otherwise=column.otherwise, exhaustive=exhaustive)
    return text


def _kind(name: str, column: Column, values: pd.Series, mapped: bool, where: str) -> Kind:
    """Return the kind: from the vocabulary, else as declared, else from the values that a map or constant gives."""
    term = term_for(name)
    if term is not None:
        if column.kind not in (None, term.kind):
            raise StratifyError(
                f"{where}: {name!r} is a {term.kind} everywhere, not a {column.kind}; choose another name"
            )
        return term.kind
    if column.kind is not None:
        return column.kind
    if not mapped:
        raise StratifyError(
            f"{where}: not in the vocabulary: write `kind: number` or `kind: category`; {nearest_term(name)} "
            "(known names: config/README.md)"
        )
    meanings = values.dropna()
    numeric = meanings.map(lambda value: isinstance(value, int | float))
    if len(meanings) and numeric.all():
        return "number"
    if not numeric.any():
        return "category"
    raise StratifyError(f"{where}: the map gives both numbers and texts; write `kind:` or correct it")


def _as_category(values: pd.Series) -> pd.Series:
    return values.map(str, na_action="ignore").astype("str")


def _as_number(values: pd.Series, mapped: bool, where: str, decimal: str) -> pd.Series:
    if not mapped:
        return parse_numbers(values, where, decimal=decimal)
    wrong = values.map(lambda value: isinstance(value, str))
    if wrong.any():
        raise StratifyError(f"{where}: a number is needed, but the map gives {offenders(values, wrong)}")
    return values.astype("float64")


def _check_unit_word(name: str, column: Column, where: str) -> None:
    """Refuse to guess where the source's name speaks of another unit of time than ours and none is declared."""
    target = unit_of(name)
    if column.unit is not None or column.source is None or target not in DURATIONS:
        return
    words = column.source.lower().replace(".", "_").replace(" ", "_").replace("(", "_").replace(")", "_").split("_")
    named = {unit for unit in DURATIONS for word in words if word in (unit, f"{unit}s")}
    if named and target not in named:
        raise StratifyError(
            f"{where}: the file's column speaks of {', '.join(sorted(named))}, our name of {target}; "
            f"write the unit of the file's values, for example `unit: {min(named)}`"
        )


def _check_burden_word(name: str, column: Column, where: str) -> None:
    """Refuse to take a column that speaks of a count for mutations per megabase, where no unit is declared."""
    if unit_of(name) == "per_mb" and column.unit is None and "count" in str(column.source).lower():
        raise StratifyError(
            f"{where}: the file's column speaks of a count, our name of mutations per megabase; call it "
            "`mutation_count`, or write `unit: per_mb` if the file's name is wrong"
        )


def _check_levels(name: str, values: pd.Series, where: str) -> None:
    term = term_for(name)
    if term is None or term.levels is None:
        return
    wrong = values.notna() & ~values.isin(list(term.levels))
    if wrong.any():
        raise StratifyError(
            f"{where}: {name!r} takes {', '.join(str(level) for level in term.levels)}; found "
            f"{offenders(values, wrong)}; map them with `values:`"
        )
