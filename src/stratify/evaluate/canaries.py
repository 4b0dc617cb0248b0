"""Judge what the canaries measured."""

import pandas as pd

from stratify.artifacts.evaluate import CANARIES

OVERLAP, OUTER_RESULTS, ATTACHMENT = "overlap", "outer_results", "attachment"
"""Canaries that `evaluate` measures itself."""

STEPS = {
    OVERLAP: "assemble or split",
    OUTER_RESULTS: "evaluate",
    ATTACHMENT: "fit",
    "cut_offs": "fit",
    "comparator_scores": "fit",
    "single_patient": "assemble or fit",
}
"""The step to look at where a canary fails; the others start before `assemble` and run through `fit`."""


def judge(measures: pd.DataFrame) -> pd.DataFrame:
    """Decide which canaries passed: a value of at most the limit, in size.

    Parameters
    ----------
    measures : DataFrame
        Rows of the `canary measures` contract.

    Returns
    -------
    DataFrame
        The `canaries` contract. A canary without a value measured nothing, and has failed.
    """
    passed = (measures["value"].abs() <= measures["limit"]).astype("boolean")
    return measures.assign(passed=passed)[list(CANARIES.columns)]


def describe_failures(canaries: pd.DataFrame) -> list[str]:
    """Say of each failed canary which step it points at, and by how much it failed.

    Parameters
    ----------
    canaries : DataFrame
        Rows of the `canaries` contract.

    Returns
    -------
    list of str
        One sentence a failed canary; none where all passed.
    """
    failed = canaries[~canaries["passed"]]
    return [
        f"canary {row.canary} of {row.model} (step {STEPS.get(str(row.canary), 'assemble or fit')}) failed: "
        f"{row.measure} is {row.value:g}, limit {row.limit:g}, n {row.n}; {row.detail}"
        for row in failed.itertuples()
    ]
