import pandas as pd
import pytest

from stratify.report.strata import strata_doubt


def rates(*rows: tuple[float, float, float]) -> pd.DataFrame:
    names = ["low", "intermediate", "high"]
    return pd.DataFrame(rows, columns=["rate", "low", "high"], dtype=float).assign(stratum=names[: len(rows)])


NONE = (float("nan"),) * 3
INTERVALS = "the 95% intervals of “intermediate” and “high” overlap"
CAVEAT = ": the order of these strata is uncertain."


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0.1, 0.05, 0.15), (0.3, 0.2, 0.4), (0.8, 0.6, 0.9)], ""),
        (
            [(0.1, 0.05, 0.2), (0.3, 0.2, 0.4), (0.8, 0.6, 0.9)],
            f"The 95% intervals of “low” and “intermediate” overlap{CAVEAT}",
        ),
        (
            [(0.1, 0.05, 0.3), (0.3, 0.2, 0.7), (0.8, 0.6, 0.9)],
            f"The 95% intervals of “low” and “intermediate”, and of “intermediate” and “high” overlap{CAVEAT}",
        ),
        (
            [(0.1, 0.05, 0.15), (0.3, 0.2, 0.4), (0.3, 0.2, 0.4)],
            f"The event rate does not increase from “intermediate” to “high”{CAVEAT}",
        ),
        (
            [(0.3, 0.2, 0.4), (0.1, 0.05, 0.25), (0.4, 0.2, 0.6)],
            f"The event rate does not increase from “low” to “intermediate”, and {INTERVALS}{CAVEAT}",
        ),
        ([(0.1, 0.05, 0.3), NONE, (0.4, 0.2, 0.6)], f"The 95% intervals of “low” and “high” overlap{CAVEAT}"),
        ([NONE, NONE, (0.4, 0.2, 0.6)], ""),
    ],
)
def test_neighbours_that_are_not_told_apart(rows, said):
    assert strata_doubt(rates(*rows)) == said
