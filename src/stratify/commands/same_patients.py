"""Read results that speak of a study's patients: all of them, and nobody else.

Whose results a file holds is checked where it is read (`artifacts.store`); here it is checked that those read together
are of one run: every patient of the study table is in the splits, and has the predictions that the splits call for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stratify.artifacts.assemble import SAMPLES, TABLE
from stratify.artifacts.fit import COMPARATORS, PREDICTIONS
from stratify.artifacts.layout import Layout
from stratify.artifacts.split import FINAL, SPLITS
from stratify.artifacts.store import read_table, remade
from stratify.config.study import StudyConfig
from stratify.errors import StratifyError
from stratify.wording import counted

SHOWN = 3


@dataclass(frozen=True)
class StudyPatients:
    """The patients of a study table, and what else was written about them.

    Parameters
    ----------
    study
        Name of the study.
    layout
        Paths of the results.
    table
        The study table.
    """

    study: str
    layout: Layout
    table: pd.DataFrame

    def samples(self) -> pd.DataFrame:
        """Read which sample describes each patient."""
        path = self.layout.samples(self.study)
        rows = read_table(SAMPLES, path)
        self._require_all(rows["patient_id"], path)
        return rows

    def splits(self) -> pd.DataFrame:
        """Read the splits, each of which gives every patient a role."""
        path = self.layout.splits(self.study)
        rows = read_table(SPLITS, path)
        for _, members in rows.groupby("split"):
            self._require_all(members["patient_id"], path)
        return rows

    def predictions(self, models: Iterable[str], splits: pd.DataFrame | None = None) -> pd.DataFrame:
        """Read the predictions of the study's models and of all comparators: those that the splits call for.

        Without splits, at least one of each patient.
        """
        names = [*models, COMPARATORS]
        parts = [self._predictions(name, splits) for name in names]
        _require_no_models(parts[-1], names, self.layout.predictions(self.study))
        return pd.concat(parts, ignore_index=True)

    def require_known(self, rows: pd.DataFrame, path: Path) -> pd.DataFrame:
        """Refuse rows about patients who are not in the study table.

        Raises
        ------
        StratifyError
            The rows are of another study, or of a study table that was made again since.
        """
        unknown = sorted(set(rows["patient_id"]) - set(self.table["patient_id"]))
        if unknown:
            table = self.layout.table(self.study)
            raise _of_another_run(
                f"{path}: {counted(len(unknown), 'patient is', 'patients are')} not in {table}", unknown, path
            )
        return rows

    def _predictions(self, name: str, splits: pd.DataFrame | None) -> pd.DataFrame:
        path = self.layout.predictions(self.study, name)
        rows = read_table(PREDICTIONS, path)
        for _, of_one in rows.groupby("model"):
            self._require_all(of_one["patient_id"], path)
            if splits is not None and of_one["split"].notna().any():  # what learns nothing says the same in every split
                self._require_asked(of_one, splits, path)
        return rows

    def _require_asked(self, rows: pd.DataFrame, splits: pd.DataFrame, path: Path) -> None:
        judged = splits[splits["role"].ne("train") | splits["split"].eq(FINAL)]
        asked, given = (pd.MultiIndex.from_frame(frame[["split", "patient_id"]]) for frame in (judged, rows))
        lacking = asked.difference(given)
        if len(lacking):
            raise _of_another_run(
                f"{path}: {counted(len(lacking), 'prediction is', 'predictions are')} missing of the {len(asked):,} "
                f"that {self.layout.splits(self.study)} calls for",
                [f"that of {patient} in split {split}" for split, patient in lacking[:SHOWN]],
                path,
            )

    def _require_all(self, patients: pd.Series, path: Path) -> None:
        self.require_known(patients.to_frame("patient_id"), path)
        lacking = sorted(set(self.table["patient_id"]) - set(patients))
        if lacking:
            table = self.layout.table(self.study)
            raise _of_another_run(
                f"{path}: {counted(len(lacking), 'patient is', 'patients are')} missing of the {len(self.table):,} in "
                f"{table}",
                lacking,
                path,
            )


def read_patients(study: StudyConfig, name: str, layout: Layout) -> StudyPatients:
    """Read the study table.

    Parameters
    ----------
    study
        The study.
    name
        Its name.
    layout
        Paths of the results.

    Returns
    -------
    StudyPatients

    Raises
    ------
    StratifyError
        The table has patients of a cohort that is none of the study's.
    """
    path = layout.table(name)
    table = read_table(TABLE, path)
    foreign = sorted(set(table["cohort"]) - set(study.datasets.every))
    if foreign:
        raise StratifyError(
            f"{path}: has patients of {foreign[0]!r}, which is no cohort of study {name!r} "
            f"({', '.join(study.datasets.every)}); {remade(path)}"
        )
    return StudyPatients(name, layout, table)


def _require_no_models(rows: pd.DataFrame, models: Iterable[str], path: Path) -> None:
    """Refuse a model's predictions in the place of the comparators': they would count twice."""
    doubled = sorted(set(rows["model"]) & set(models))
    if doubled:
        raise _of_another_run(f"{path}: expected predictions of comparators, found those of a model", doubled, path)


def _of_another_run(found: str, examples: list[str], path: Path) -> StratifyError:
    return StratifyError(
        f"{found}, such as {', '.join(examples[:SHOWN])}; the two are of different studies or runs: delete {path} and "
        f"run `snakemake {path}` to make it again"
    )
