"""Oddities of identifiers."""

from collections.abc import Iterable, Iterator

import pandas as pd

from stratify.harmonize.findings.finding import Finding, listed
from stratify.wording import counted


def check_identifiers(ids: pd.DataFrame) -> Iterator[Finding]:
    """Run every check of identifiers.

    Parameters
    ----------
    ids
        As from `stratify.harmonize.identifiers.identify`.

    Yields
    ------
    Finding
    """
    for check in (stripped_id, duplicate_id, colliding_id):
        yield from check(ids)


def stripped_id(ids: pd.DataFrame) -> Iterator[Finding]:
    """Find identifiers with surrounding whitespace, which was removed."""
    found = [*stripped_names(ids["written"], None), *stripped_names(ids["written_patient"], None)]
    yield from found[:1]


def stripped_names(written: Iterable[str], column: str | None) -> Iterator[Finding]:
    """Find names with surrounding whitespace, which was removed.

    Parameters
    ----------
    written
        Identifiers as they stand in the file.
    column
        What they concern, such as a modality.

    Yields
    ------
    Finding
    """
    changed = [repr(name) for name in written if name != name.strip()]
    if changed:
        detail = f"whitespace around identifiers was removed: {listed(changed)}"
        yield Finding("stripped_id", "warning", len(changed), detail, column)


def duplicate_id(ids: pd.DataFrame) -> Iterator[Finding]:
    """Find sample identifiers that stand in several rows; where accepted, the first row is kept."""
    repeated = ids.loc[ids["sample_id"].duplicated(keep=False), "sample_id"]
    if len(repeated):
        detail = (
            f"{counted(repeated.nunique(), 'sample')} in {len(repeated)} rows: {listed(repeated.unique())}; "
            "if accepted, the first row of each is kept"
        )
        yield Finding("duplicate_id", "error", len(repeated), detail)


def colliding_id(ids: pd.DataFrame) -> Iterator[Finding]:
    """Find identifiers that are written differently but are equal in lower case without whitespace."""
    for column in ("sample_id", "patient_id"):
        distinct = pd.Series(ids[column].unique(), dtype="str")
        folded = distinct.str.casefold().str.replace(r"\s+", "", regex=True)
        colliding = distinct[folded.duplicated(keep=False)]
        if len(colliding):
            detail = f"written differently, but perhaps the same: {listed(colliding, 4)}"
            yield Finding("colliding_id", "error", len(colliding), detail)
            return
