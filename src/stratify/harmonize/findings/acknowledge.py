"""Which findings were looked at and accepted, and which stop the run."""

from collections.abc import Sequence
from typing import TypedDict

import pandas as pd

from stratify.config.dataset import Acknowledgement
from stratify.harmonize.findings.finding import Finding
from stratify.wording import counted

STALE = "stale_acknowledgement"


class _Row(TypedDict):
    dataset: str
    finding: str
    severity: str
    column: str | None
    n: int
    detail: str
    acknowledged: str | None


def findings_frame(
    dataset: str, findings: Sequence[Finding], acknowledgements: Sequence[Acknowledgement]
) -> pd.DataFrame:
    """Tabulate findings, with the reason where one is acknowledged.

    Parameters
    ----------
    dataset
        Name of the dataset.
    findings
        From the checks.
    acknowledgements
        From the dataset file. One without a column covers every column. One that matches nothing becomes an error
        itself: it hides what it was written for the day that comes back.

    Returns
    -------
    pandas.DataFrame
        As `stratify.artifacts.harmonize.FINDINGS`, errors first.
    """
    rows = [_row(dataset, finding, acknowledgements) for finding in findings]
    rows += [
        _row(dataset, _stale(acknowledgement), ())
        for acknowledgement in acknowledgements
        if not any(_covers(acknowledgement, finding) for finding in findings)
    ]
    frame = pd.DataFrame(rows, columns=list(_Row.__annotations__))
    order = frame["severity"].map({"error": 0, "warning": 1, "info": 2})
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _row(dataset: str, finding: Finding, acknowledgements: Sequence[Acknowledgement]) -> _Row:
    reasons = [acknowledgement.reason for acknowledgement in acknowledgements if _covers(acknowledgement, finding)]
    return {
        "dataset": dataset,
        "finding": finding.finding,
        "severity": finding.severity,
        "column": finding.column,
        "n": finding.n,
        "detail": finding.detail,
        "acknowledged": "; ".join(dict.fromkeys(reasons)) or None,
    }


def _covers(acknowledgement: Acknowledgement, finding: Finding) -> bool:
    return acknowledgement.finding == finding.finding and acknowledgement.column in (None, finding.column)


def _stale(acknowledgement: Acknowledgement) -> Finding:
    place = f" in column {acknowledgement.column}" if acknowledgement.column else ""
    detail = f"acknowledges {acknowledgement.finding}{place}, which is not found (any more); remove the entry"
    return Finding(STALE, "error", 1, detail, acknowledgement.column)


def blocking_message(findings: pd.DataFrame, dataset_file: str) -> str | None:
    """Say what stops the run, and how to accept it.

    Parameters
    ----------
    findings
        As from `findings_frame`.
    dataset_file
        Where acknowledgements are written.

    Returns
    -------
    str or None
        ``None`` where no unacknowledged error is left.
    """
    open_errors = findings[(findings["severity"] == "error") & findings["acknowledged"].isna()]
    if open_errors.empty:
        return None
    lines = [
        f"{dataset_file}: {counted(len(open_errors), 'finding')} stop{'s' if len(open_errors) == 1 else ''} the run:"
    ]
    for row in open_errors.itertuples():
        place = f" [{row.column}]" if isinstance(row.column, str) else ""
        lines.append(f"  - {row.finding}{place}: {row.detail}")
    acceptable = open_errors[open_errors["finding"] != STALE]
    if not acceptable.empty:
        lines.append("Correct the dataset file, or accept what is as it should be, each with its reason:")
        lines.append("acknowledge:")
        lines += [_snippet(row.finding, row.column) for row in acceptable.itertuples()]
    return "\n".join(lines)


def _snippet(finding: object, column: object) -> str:
    place = f", column: {column}" if isinstance(column, str) else ""
    return f"  - {{finding: {finding}{place}, reason: …}}"
