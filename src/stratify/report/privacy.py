"""Keep identifiers of patients out of the report."""

import re
from collections.abc import Collection

HIDDEN = "[patient]"


def hide_ids(text: str, patient_ids: Collection[str]) -> str:
    """Replace identifiers of patients in a sentence.

    Whole identifiers (`cohort:id`) always go, wherever they stand as they are, blanks included. The part after the
    last colon goes too, unless it is a plain number, which could be a count, or a word without digits.

    Parameters
    ----------
    text
        What another stage wrote.
    patient_ids
        Identifiers to look for, with or without their cohort.

    Returns
    -------
    str

    Examples
    --------
    >>> hide_ids("twice: P13, gide:P14; 13 rows", ["gide:P13", "gide:P14", "gide:13"])
    'twice: [patient], [patient]; 13 rows'
    """
    bare = {name.rsplit(":", 1)[-1] for name in patient_ids}
    hidden = {name for name in patient_ids if ":" in name} | {name for name in bare if _telling(name)}
    if not hidden:
        return text
    longest_first = sorted(hidden, key=lambda name: (-len(name), name))
    return re.sub("|".join(map(_standing_alone, longest_first)), HIDDEN, text)


def _telling(name: str) -> bool:
    return bool(name) and not name.isalpha() and re.fullmatch(r"[\d.,]+", name) is None


def _standing_alone(name: str) -> str:
    """Write an identifier as a pattern that does not match inside a longer word."""
    before = r"(?<!\w)" if re.match(r"\w", name) else ""
    after = r"(?!\w)" if re.match(r"\w", name[-1]) else ""
    return before + re.escape(name) + after
