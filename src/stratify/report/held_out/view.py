"""The held-out cohorts of a study, and what was found in each and over several."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from stratify.evaluate.pooling import MEAN_OF_COHORTS, MINIMUM_EVENTS, RANDOM_EFFECTS, WEIGHTED_MEAN
from stratify.evaluate.rows import ALL
from stratify.report.auroc_table import auroc_table, best_single_biomarker
from stratify.report.names import is_feature, model_title
from stratify.report.results import HELD_OUT, Comparison, Estimate, Place, StudyResults

ROLE_WORDS = {
    "external": "external: other hospitals",
    "internal": "internal: a hospital the models learned from",
    ALL: "all held-out cohorts",
}
"""What each role means, in words."""


LABEL_OF_TIME = "label_defined_by_time"
"""The finding that a cohort's label is a cut of its survival or progression time."""


@dataclass(frozen=True)
class Judged:
    """A cohort that was held out as a whole."""

    name: str
    """The data set."""

    title: str
    """Title of its dataset file."""

    role: str
    """`external` or `internal`."""

    n: int
    """Patients."""

    n_events: int
    """Patients of the positive class."""

    duplicates: int
    """Patients who look like a training patient; among `n`."""

    duplicate_events: int
    """Of these, patients of the positive class."""

    doubt: str = ""
    """Why its label is not what the endpoint says, where that was found."""

    @property
    def label(self) -> str:
        """Short name, to wrap in a narrow column."""
        return self.name.replace("_", " ")

    @property
    def poolable(self) -> bool:
        """Whether it has enough patients of either class to enter a random-effects mean."""
        events = self.n_events - self.duplicate_events
        return min(events, self.n - self.duplicates - events) >= MINIMUM_EVENTS


@dataclass(frozen=True)
class HeldOutView:
    """Look-ups for the report of a study with held-out cohorts.

    Parameters
    ----------
    results
        A study's artifacts; its design holds out whole cohorts.
    """

    results: StudyResults

    @property
    def lead(self) -> str:
        """The champion, or the first model where there is none."""
        return self.results.models[0]

    @property
    def rival(self) -> str | None:
        """What the lead is measured against: the study's reference, else the best comparator with hindsight."""
        return self.results.study.reference or self.results.best_comparator

    @property
    def lead_title(self) -> str:
        """Title of the lead model."""
        return model_title(self.lead)

    @property
    def rival_title(self) -> str:
        """Title of the rival; empty where there is none."""
        return model_title(self.rival) if self.rival else ""

    @cached_property
    def aurocs(self) -> pd.DataFrame:
        """AUROC of every predictor in every held-out cohort and over them, as from `auroc_table`."""
        return auroc_table(self.results.metrics, self.results.models)

    @cached_property
    def best_biomarker(self) -> str | None:
        """The single biomarker of highest mean AUROC among those that nearly every patient has."""
        names = self.aurocs["model"].unique()
        return best_single_biomarker(self.aurocs, [name for name in names if is_feature(name)])

    @property
    def subgroup(self) -> str:
        """Whom the headline is about."""
        return self.results.headline_subgroup

    @property
    def set_apart(self) -> bool:
        """Whether suspected duplicates stay outside the headline."""
        return self.subgroup != ALL

    @cached_property
    def cohorts(self) -> list[Judged]:
        """Held-out cohorts: external ones first, then in the study's order."""
        rows = self.results.predictions
        rows = rows[rows["role"].isin(HELD_OUT)].drop_duplicates("patient_id")
        duplicate = rows["patient_id"].isin(self.results.suspected_duplicates)
        counted = rows.assign(duplicate=duplicate, duplicate_event=duplicate & rows["y"].eq(1))
        table = counted.groupby(["cohort", "role"], as_index=False).agg(
            n=("y", "size"), n_events=("y", "sum"), twins=("duplicate", "sum"), twin_events=("duplicate_event", "sum")
        )
        found = [
            Judged(
                name=str(row["cohort"]),
                title=self.results.datasets[row["cohort"]].title,
                role=str(row["role"]),
                n=int(row["n"]),
                n_events=int(row["n_events"]),
                duplicates=int(row["twins"]),
                duplicate_events=int(row["twin_events"]),
                doubt=self._doubt(str(row["cohort"])),
            )
            for row in table.to_dict("records")
        ]
        order = self.results.study.datasets.every
        return sorted(found, key=lambda one: (HELD_OUT.index(one.role), order.index(one.name)))

    @cached_property
    def short_labels(self) -> dict[str, str]:
        """Labels of the cohorts by name, without a first word that all of them share."""
        labels = {one.name: one.label for one in self.cohorts}
        first = {label.partition(" ")[0] for label in labels.values()}
        shared = len(labels) > 1 and len(first) == 1 and all(" " in label for label in labels.values())
        return {name: label.partition(" ")[2] if shared else label for name, label in labels.items()}

    def _doubt(self, cohort: str) -> str:
        rows = self.results.findings
        found = (rows["dataset"] == cohort) & (rows["finding"] == LABEL_OF_TIME)
        return "its label follows from a time, see the data findings" if found.any() else ""

    def of_role(self, role: str) -> list[Judged]:
        """List the cohorts of a role; of `all`, every cohort."""
        return [one for one in self.cohorts if role in (one.role, ALL)]

    @property
    def roles(self) -> list[str]:
        """Roles over which results are averaged; `all` only where there are both."""
        present = [role for role in HELD_OUT if self.of_role(role)]
        return [*present, ALL] if len(present) > 1 else present

    @property
    def n_duplicates(self) -> int:
        """Held-out patients who look like a training patient."""
        return sum(one.duplicates for one in self.cohorts)

    def place(self, cohort: Judged, subgroup: str | None = None) -> Place:
        """Say where a cohort's rows are; in the headline's subgroup unless said."""
        return Place(cohort.name, cohort.role, subgroup or self.subgroup)

    def mean(self, role: str, subgroup: str | None = None) -> Place:
        """Say where the mean weighted by patients is."""
        return Place(WEIGHTED_MEAN, role, subgroup or self.subgroup)

    def mean_of_cohorts(self, role: str, subgroup: str | None = None) -> Place:
        """Say where the mean is in which every cohort counts the same."""
        return Place(MEAN_OF_COHORTS, role, subgroup or self.subgroup)

    def random_effects(self, role: str, subgroup: str | None = None) -> Place:
        """Say where the random-effects mean is."""
        return Place(RANDOM_EFFECTS, role, subgroup or self.subgroup)

    def average(self, role: str, subgroup: str | None = None) -> Place:
        """Say where the answer for a role is: the mean weighted by patients, or the only cohort there is."""
        cohorts = self.of_role(role)
        return self.place(cohorts[0], subgroup) if len(cohorts) == 1 else self.mean(role, subgroup)

    def estimate(self, model: str | None, metric: str, place: Place) -> Estimate | None:
        """Look up an estimate; ``None`` where there is no such row or it is null."""
        found = self.results.metric(model, metric, place) if model else None
        return None if found is None or pd.isna(found.estimate) else found

    def against_rival(self, metric: str, place: Place) -> Comparison | None:
        """Look up how the lead compares with the rival; ``None`` where it was not compared."""
        found = self.results.comparison(self.lead, self.rival, metric, place) if self.rival else None
        return None if found is None or pd.isna(found.difference) else found

    def summaries(self, subgroup: str | None = None) -> list[tuple[str, Place, Place]]:
        """List, by role with more than one cohort, where the weighted and the random-effects mean are."""
        several = [role for role in self.roles if len(self.of_role(role)) > 1]
        return [(role, self.mean(role, subgroup), self.random_effects(role, subgroup)) for role in several]
