"""Units: what a column's name promises, and how the source's unit becomes it."""

from dataclasses import dataclass

from stratify.errors import StratifyError, nearest

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Unit:
    """A unit of measurement.

    Parameters
    ----------
    dimension
        Units of one dimension convert into each other.
    factor
        Size in the dimension's base unit.
    """

    dimension: str
    factor: float


UNITS = {
    "hour": Unit("time", 1 / 24),
    "day": Unit("time", 1),
    "week": Unit("time", 7),
    "month": Unit("time", DAYS_PER_MONTH),
    "year": Unit("time", DAYS_PER_YEAR),
    "mm": Unit("length", 0.1),
    "cm": Unit("length", 1),
    "m": Unit("length", 100),
    "g": Unit("mass", 0.001),
    "kg": Unit("mass", 1),
    "g_per_dl": Unit("mass concentration", 1),
    "g_per_l": Unit("mass concentration", 0.1),
    "mg_per_dl": Unit("mass concentration", 0.001),
    "mg_per_l": Unit("mass concentration", 0.0001),
    "k_per_ul": Unit("cell count", 1),
    "per_ul": Unit("cell count", 0.001),
    "per_nl": Unit("cell count", 1),
    "per_mb": Unit("count per megabase", 1),
    "count": Unit("count", 1),
    "percent": Unit("share", 1),
    "fraction": Unit("share", 100),
    "kg_per_m2": Unit("body mass index", 1),
    "u_per_l": Unit("enzyme activity", 1),
    "mmol_per_l": Unit("amount concentration", 1),
    "umol_per_l": Unit("amount concentration", 0.001),
}
"""Units by name. Mass and amount concentration do not convert into each other: that takes the substance."""

DURATIONS = {"day", "week", "month", "year"}
"""Units that are plural in a column's name (`os_days`)."""


def singular(unit: str) -> str:
    """Name a unit the way `UNITS` does: `months` becomes `month`, others stay."""
    return unit[:-1] if unit[:-1] in DURATIONS | {"hour"} and unit.endswith("s") else unit


def unit_of(name: str) -> str | None:
    """Tell the unit that a column's name promises.

    Parameters
    ----------
    name
        Column in our names.

    Returns
    -------
    str or None
        The longest unit the name ends with.

    Examples
    --------
    >>> unit_of("os_days"), unit_of("albumin_g_per_dl"), unit_of("sex")
    ('day', 'g_per_dl', None)
    """
    endings = {f"_{unit}s" if unit in DURATIONS else f"_{unit}": unit for unit in UNITS}
    found = [ending for ending in endings if name.endswith(ending)]
    return endings[max(found, key=len)] if found else None


def factor_to(name: str, unit: str, where: str) -> float:
    """Compute by what the source's values are multiplied.

    Parameters
    ----------
    name
        Column in our names, whose ending is the target unit.
    unit
        Unit of the values in the file, singular or plural.
    where
        Place in the dataset file, for messages.

    Returns
    -------
    float

    Raises
    ------
    StratifyError
        The unit is unknown, the name has none, or the two do not convert.

    Examples
    --------
    >>> factor_to("os_days", "months", "")
    30.4375
    """
    source = singular(unit)
    if source not in UNITS:
        raise StratifyError(f"{where}: unknown unit {unit!r}; {nearest(unit, UNITS)}")
    target = unit_of(name)
    if target is None:
        raise StratifyError(f"{where}: the file's unit is {unit!r}, but the name {name!r} does not end in a unit")
    if UNITS[source].dimension != UNITS[target].dimension:
        raise StratifyError(
            f"{where}: {unit!r} ({UNITS[source].dimension}) does not convert to {target!r} ({UNITS[target].dimension})"
        )
    return UNITS[source].factor / UNITS[target].factor
