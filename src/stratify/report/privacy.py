"""Keep identifiers of patients out of the report."""

import re
from collections.abc import Collection

HIDDEN = "[patient]"


def hide_ids(text: str, patient_ids: Collection[str]) -> str:
    """Replace identifiers of patients in a sentence.

    Whole identifiers (`cohort:id`) always go. The part after the last colon goes too where it has letters and
    digits; a bare number stays, because it could be a count.

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
    whole = set(patient_ids)
    bare = {name.rsplit(":", 1)[-1] for name in whole}
    telling = {name for name in whole | bare if re.search(r"[A-Za-z]", name) and re.search(r"\d", name)}
    hidden = {name for name in whole if ":" in name} | telling

    def replace(match: re.Match[str]) -> str:
        word = match.group()
        stripped = word.rstrip(".:")
        return HIDDEN + word[len(stripped) :] if stripped in hidden else word

    return re.sub(r"[^\s,;'\"()\[\]]+", replace, text)
