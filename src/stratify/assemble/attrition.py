"""Count who leaves a study, and why."""

import json

import pandas as pd


class AttritionLog:
    """Follow one cohort from everyone in the file to the patients of the study.

    Parameters
    ----------
    study, cohort
        Identifiers.
    patient_ids : Series of str
        Everyone in the file: the patient of each sample, indexed by sample.
    """

    def __init__(self, study: str, cohort: str, patient_ids: pd.Series) -> None:
        self.study = study
        self.cohort = cohort
        self._patient_ids = patient_ids
        self._remaining = patient_ids.index
        self._rows: list[dict[str, object]] = []
        self.exclude("in the file", self._remaining[:0])

    def exclude(self, reason: str, excluded: pd.Index, y: pd.Series | None = None) -> pd.Index:
        """Take samples out and count them.

        Parameters
        ----------
        reason
            Why they leave.
        excluded
            Which samples leave; may be empty (the step is still shown).
        y
            Labels by sample, once they are known.

        Returns
        -------
        Index
            Which samples remain.
        """
        self._remaining = self._remaining.difference(excluded, sort=False)
        self._rows.append(
            {
                "study": self.study,
                "cohort": self.cohort,
                "step": len(self._rows),
                "reason": reason,
                "n_excluded": len(excluded),
                "n_remaining": len(self._remaining),
                "n_positive": None if y is None else int(y.reindex(self._remaining).sum()),
                "excluded_ids": json.dumps(sorted(self._patient_ids[excluded])),
            }
        )
        return self._remaining

    def frame(self) -> pd.DataFrame:
        """Return the steps, one row each, as in `artifacts.assemble.ATTRITION`."""
        return pd.DataFrame(self._rows).astype({"n_positive": "Int64"})
