"""Results that are read together but speak of other patients: one message, nobody dropped in silence."""

from pathlib import Path

import pandas as pd
import pytest

from stratify.commands.same_patients import require_known_patients
from stratify.errors import StratifyError

TABLE = pd.DataFrame({"patient_id": ["a", "b"]})


def test_rows_of_other_patients_are_one_message():
    rows = pd.DataFrame({"patient_id": ["a", "w", "x", "y", "z", "z"]})
    with pytest.raises(StratifyError, match=r"splits: 4 patients are not in table, such as w, x, y; .*snakemake"):
        require_known_patients(rows, Path("splits"), TABLE, Path("table"))


def test_rows_of_the_same_patients_pass():
    require_known_patients(TABLE, Path("splits"), TABLE, Path("table"))
