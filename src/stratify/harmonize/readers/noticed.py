"""What a reader noticed while reading, handed on with the frame it returns.

A reader knows things that its frame no longer shows: rows it left out, samples that a list does not name. They become
findings of the cohort, so that nothing is dropped in silence.
"""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from stratify.harmonize.findings.finding import Finding

_KEY = "stratify.findings"


def with_findings(frame: pd.DataFrame, findings: Iterable[Finding]) -> pd.DataFrame:
    """Attach findings to a frame.

    Parameters
    ----------
    frame
        As a reader returns it.
    findings
        What was noticed; those already attached stay.

    Returns
    -------
    pandas.DataFrame
        The same frame.
    """
    frame.attrs[_KEY] = [*frame.attrs.get(_KEY, []), *findings]
    return frame


def take_findings(frame: pd.DataFrame, name: str | None = None) -> list[Finding]:
    """Take off the findings that a reader attached.

    Parameters
    ----------
    frame
        As a reader returned it.
    name
        Modality that they concern; none for the clinical table.

    Returns
    -------
    list of Finding
    """
    return [replace(finding, column=finding.column or name) for finding in frame.attrs.pop(_KEY, [])]
