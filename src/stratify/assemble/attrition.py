"""Count who leaves a study, and why."""

import pandas as pd


class AttritionLog:
    """Follow one cohort from everyone in the file to the patients of the study.

    Parameters
    ----------
    study, cohort
        Identifiers.
    sample_ids
        Everyone in the file.
    """

    def __init__(self, study: str, cohort: str, sample_ids: pd.Index) -> None:
        self.study = study
        self.cohort = cohort
        self._remaining = sample_ids
        self._rows: list[dict[str, object]] = []
        self._add("in the file", sample_ids[:0], None)

    def exclude(self, reason: str, excluded: pd.Index, y: pd.Series | None = None) -> pd.Index:
        """Take samples out and count them.

        Parameters
        ----------
        reason
            Why they leave.
        excluded
            Who leaves; may be empty (the step is still shown).
        y
            Labels by sample, once they are known.

        Returns
        -------
        Index
            Who remains.
        """
        self._remaining = self._remaining.difference(excluded, sort=False)
        self._add(reason, excluded, y)
        return self._remaining

    def _add(self, reason: str, excluded: pd.Index, y: pd.Series | None) -> None:
        self._rows.append(
            {
                "study": self.study,
                "cohort": self.cohort,
                "step": len(self._rows),
                "reason": reason,
                "n_excluded": len(excluded),
                "n_remaining": len(self._remaining),
                "n_positive": None if y is None else int(y.reindex(self._remaining).sum()),
                "excluded_ids": " ".join(sorted(excluded)),
            }
        )

    def frame(self) -> pd.DataFrame:
        """Return the steps, one row each, as in `artifacts.assemble.ATTRITION`."""
        return pd.DataFrame(self._rows).astype({"n_positive": "Int64"})
