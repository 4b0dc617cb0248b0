"""Which patients a model may see."""

import pandas as pd

from stratify.artifacts.split import FINAL
from stratify.config.study import StudyConfig
from stratify.split.nested_cv import repeated_folds


def make_splits(name: str, study: StudyConfig, table: pd.DataFrame) -> pd.DataFrame:
    """Split the patients of a study by its design, and add the final split that trains on everyone.

    Parameters
    ----------
    name
        Study identifier.
    study
        The study.
    table
        The study table.

    Returns
    -------
    DataFrame
        As in `artifacts.split.SPLITS`.
    """
    patients = table.sort_values("patient_id", ignore_index=True)
    outer = repeated_folds(patients, study.design.outer, study.seed)
    final = pd.DataFrame({"repeat": None, "split": FINAL, "patient_id": patients["patient_id"], "role": "train"})
    splits = pd.concat([outer, final.astype({"repeat": "Int64"})], ignore_index=True)
    return splits.assign(study=name)[["study", "repeat", "split", "patient_id", "role"]]
