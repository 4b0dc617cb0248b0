"""Directions known before the data are seen: with which features the odds can only rise, or only fall."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from stratify.config.study import Direction
from stratify.errors import StratifyError, nearest

SIGNS: Mapping[Direction, int] = MappingProxyType({"increasing": 1, "decreasing": -1})
NO_DIRECTIONS: Mapping[str, Direction] = MappingProxyType({})


def signs_of(numbers: Sequence[str], directions: Mapping[str, Direction]) -> list[int]:
    """Turn directions by name into one sign per column.

    Parameters
    ----------
    numbers
        Names of the numeric features, in the order of the model's columns.
    directions
        By feature: whether the log odds of the positive class rise or fall with it.

    Returns
    -------
    list of int
        1 increasing, -1 decreasing, 0 not given; one per name in `numbers`.

    Raises
    ------
    StratifyError
        A direction is given for something that is not a numeric feature of the model.

    Examples
    --------
    >>> signs_of(["clin.age_years", "clin.nlr"], {"clin.nlr": "decreasing"})
    [0, -1]
    """
    strangers = [name for name in directions if name not in numbers]
    if strangers:
        raise StratifyError(
            f"directions: {strangers[0]!r} is not a number among the model's features; {nearest(strangers[0], numbers)}"
        )
    return [SIGNS[directions[name]] if name in directions else 0 for name in numbers]
