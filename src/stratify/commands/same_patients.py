"""Artifacts that are read together speak of the patients of one study table."""

from pathlib import Path

import pandas as pd

from stratify.errors import StratifyError

SHOWN = 3


def require_known_patients(rows: pd.DataFrame, path: Path, table: pd.DataFrame, table_path: Path) -> None:
    """Refuse rows about patients who are not in the study table.

    Raises
    ------
    StratifyError
        The rows are of another study, or of a study table that was made again since.
    """
    unknown = sorted(set(rows["patient_id"]) - set(table["patient_id"]))
    if unknown:
        raise StratifyError(
            f"{path}: {len(unknown)} patients are not in {table_path}, such as {', '.join(unknown[:SHOWN])}; "
            f"the two are of different studies or runs: delete {path} and run `snakemake {path}` to make it again"
        )
