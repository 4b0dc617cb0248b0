"""Everything a report is made from, and the few look-ups that its parts share."""

import json
from collections.abc import Hashable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pandas as pd

from stratify.artifacts.split import DUPLICATE
from stratify.assemble.signatures import Signature
from stratify.config import DatasetConfig, StudyConfig
from stratify.evaluate.performance import ALL_COHORTS
from stratify.evaluate.pooling import POOLED, WEIGHTED_MEAN
from stratify.evaluate.rows import ALL as EVERYONE
from stratify.evaluate.subgroups import WITHOUT_DUPLICATES
from stratify.report.curves import stratum_changes
from stratify.report.names import GROUP_MEAN, is_feature, is_published
from stratify.report.numbers import interval, with_interval

HELD_OUT = ["external", "internal"]
"""Roles of cohorts held out as a whole, strangers first."""


@dataclass(frozen=True)
class Place:
    """Of whom an estimate is: which rows of `metrics` and `comparisons` answer a question."""

    cohort: str
    """A dataset, or what stands for several."""

    role: str = "cv"
    """How its patients were held out."""

    subgroup: str = EVERYONE
    """Which of them."""

    def select(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Keep the rows of this place."""
        wanted = (rows["cohort"] == self.cohort) & (rows["role"] == self.role) & (rows["subgroup"] == self.subgroup)
        return rows[wanted]


@dataclass(frozen=True)
class Provenance:
    """What is needed to make the same report again.

    Parameters
    ----------
    command
        The command line that wrote the report.
    package_version
        Version of this package.
    study_sha256
        Digest of the study file as read.
    git_commit
        Commit of the checkout the study file lies in; ``None`` outside one.
    uncommitted
        Tracked files of that checkout differ from the commit.
    manifests
        Fetch manifests by source, as written by `fetch`.
    """

    command: str
    package_version: str
    study_sha256: str
    git_commit: str | None = None
    uncommitted: bool = False
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate:
    """A metric with its 95% interval; NaN where it could not be estimated."""

    estimate: float
    low: float
    high: float
    n: int
    n_events: int

    def text(self, digits: int = 3) -> str:
        """Write the estimate with its interval."""
        return with_interval(self.estimate, self.low, self.high, digits)

    def bounds(self, digits: int = 3) -> str:
        """Write the interval alone; empty where there is none."""
        return interval(self.low, self.high, digits)


@dataclass(frozen=True)
class Comparison:
    """How much a model's metric exceeds a comparator's on the same patients, with the 95% interval."""

    model: str
    comparator: str
    metric: str
    difference: float
    low: float
    high: float
    p_value: float
    n: int
    model_value: float = float("nan")
    comparator_value: float = float("nan")

    def text(self) -> str:
        """Write the difference with its interval."""
        return with_interval(self.difference, self.low, self.high)

    def turned(self) -> "Comparison":
        """Exchange model and comparator."""
        return replace(
            self,
            model=self.comparator,
            comparator=self.model,
            difference=-self.difference,
            low=-self.high,
            high=-self.low,
            model_value=self.comparator_value,
            comparator_value=self.model_value,
        )


@dataclass(frozen=True)
class StudyResults:
    """One study's configuration and artifacts.

    Parameters
    ----------
    name
        The study's id.
    study, datasets
        Configuration, datasets by id.
    table
        The study table; only counts of it reach the report.
    attrition, splits, overlap_summary, findings, predictions, metrics, comparisons, sensitivity, canaries, univariate
        Artifacts of those names; of `findings` the study's datasets, of `predictions` all models.
    champion
        Name of the model to register; ``None`` where no candidate passed its canaries and has an inner estimate.
    provenance
        What is needed to make the report again.
    signatures
        The catalogue that scored the table's `sig.*` features, by identifier without that prefix; empty where the
        report does not cite it.
    """

    name: str
    study: StudyConfig
    datasets: dict[str, DatasetConfig]
    table: pd.DataFrame
    attrition: pd.DataFrame
    splits: pd.DataFrame
    overlap_summary: pd.DataFrame
    findings: pd.DataFrame
    predictions: pd.DataFrame
    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    sensitivity: pd.DataFrame
    canaries: pd.DataFrame
    univariate: pd.DataFrame
    champion: str | None
    provenance: Provenance
    signatures: dict[str, Signature] = field(default_factory=dict)

    @property
    def models(self) -> list[str]:
        """Trained models, the champion first, the others in the study's order."""
        names = list(self.study.models)
        return sorted(names, key=lambda name: (name != self.champion, names.index(name)))

    @property
    def held_out(self) -> bool:
        """Whether whole cohorts were held out, rather than folds of one."""
        return self.study.design.kind != "repeated_nested_cv"

    @property
    def headline(self) -> Place:
        """Whom the answer is about: the cross-validated cohort, or all held-out cohorts weighted by their patients."""
        if not self.held_out:
            return Place(self.study.datasets.train[0])
        judged = self.outer[["cohort", "role"]].drop_duplicates().to_dict("records")
        if len(judged) == 1:
            return Place(judged[0]["cohort"], judged[0]["role"], self.headline_subgroup)
        roles = {row["role"] for row in judged}
        return Place(WEIGHTED_MEAN, EVERYONE if len(roles) > 1 else roles.pop(), self.headline_subgroup)

    @property
    def headline_subgroup(self) -> str:
        """Patients without suspected duplicates where any were found, else everyone."""
        apart = self.held_out and (self.metrics["subgroup"] == WITHOUT_DUPLICATES).any()
        return WITHOUT_DUPLICATES if apart else EVERYONE

    @property
    def single_arm(self) -> bool:
        """Whether no cohort of the study has a randomised control arm."""
        return all(dataset.control_arm == "none" for dataset in self.datasets.values())

    @property
    def outer(self) -> pd.DataFrame:
        """Metrics of patients the models did not see, of the headline's subgroup; without pooled rows."""
        roles = HELD_OUT if self.held_out else ["cv"]
        rows = self.metrics[self.metrics["role"].isin(roles) & (self.metrics["subgroup"] == self.headline_subgroup)]
        return rows[~rows["cohort"].isin(POOLED)]

    @property
    def out_of_fold(self) -> pd.DataFrame:
        """Predictions of the headline's patients by models that did not see them."""
        if not self.held_out:
            wanted = (self.predictions["role"] == "cv") & (self.predictions["cohort"] == self.headline.cohort)
            return self.predictions[wanted]
        rows = self.predictions[self.predictions["role"].isin(HELD_OUT)]
        if self.headline_subgroup == EVERYONE:
            return rows
        return rows[~rows["patient_id"].isin(self.suspected_duplicates)]

    @property
    def suspected_duplicates(self) -> set[str]:
        """Held-out patients who look like a training patient."""
        return set(self.splits.loc[self.splits["role"] == DUPLICATE, "patient_id"])

    def strata_of(self, cohort: str) -> pd.DataFrame:
        """Event rates per stratum of the champion (of the first model where there is none), in the study's order.

        Of every patient of the cohort. Averages over repetitions; patients and events are rounded.
        """
        rates = self.metrics[(self.metrics["model"] == self.models[0]) & (self.metrics["metric"] == "event_rate")]
        rows = rates[(rates["cohort"] == cohort) & (rates["role"] != "train")].set_index("subgroup")
        strata = self.study.strata
        found = rows.reindex([f"stratum_{label}" for label in strata.labels])
        bounds = [0.0, *strata.declared_probabilities, 1.0]
        return pd.DataFrame(
            {
                "stratum": strata.labels,
                "from_probability": bounds[:-1],
                "to_probability": bounds[1:],
                "n": found["n"].fillna(0).astype(int).to_numpy(),
                "n_events": found["n_events"].fillna(0).astype(int).to_numpy(),
                "rate": found["estimate"].to_numpy(float),
                "low": found["low"].to_numpy(float),
                "high": found["high"].to_numpy(float),
            }
        )

    @property
    def stratum_changes(self) -> tuple[int, int]:
        """Patients whose stratum by that model differs between repetitions, and patients it gives a probability."""
        rows = self.out_of_fold
        return stratum_changes(rows[rows["model"] == self.models[0]], self.study.strata.declared_probabilities)

    def metric(self, model: str, metric: str, place: Place | None = None) -> Estimate | None:
        """Look up a model's estimate, in the headline's place unless said; ``None`` where there is no such row."""
        rows = (place or self.headline).select(self.metrics)
        return _estimate(rows[(rows["model"] == model) & (rows["metric"] == metric)])

    def training_metric(self, model: str, metric: str) -> Estimate | None:
        """Look up an estimate from the training side: apparent (`auroc`) or of the inner folds (`inner_auroc`).

        In the one training cohort; inner folds may hold patients of several, and then nothing apparent is given.
        """
        rows = self.metrics[(self.metrics["role"] == "train") & (self.metrics["subgroup"] == EVERYONE)]
        train = self.study.datasets.train
        rows = rows[rows["cohort"].isin([*(train if len(train) == 1 else []), ALL_COHORTS])]
        return _estimate(rows[(rows["model"] == model) & (rows["metric"] == metric)])

    @property
    def patient_ids(self) -> set[str]:
        """Identifiers of everyone in the study or excluded from it: what no page may show."""
        excluded = [name for names in self.attrition["excluded_ids"] for name in json.loads(names)]
        return {*self.table["patient_id"], *excluded}

    @property
    def best_biomarker(self) -> str | None:
        """The single biomarker of highest outer AUROC; ``None`` where there is none."""
        return next(iter(self.biomarkers()), None)

    def biomarkers(self, place: Place | None = None) -> list[str]:
        """List the single biomarkers evaluated in a place, the headline's unless said, by decreasing outer AUROC.

        Genes, signatures or clinical variables.
        """
        return [name for name in self.comparators(place) if is_feature(name)]

    @property
    def best_comparator(self) -> str | None:
        """The comparator of highest outer AUROC, prevalence aside; ``None`` where there is none."""
        return next(iter(self.comparators()), None)

    def comparators(self, place: Place | None = None) -> list[str]:
        """List what ranks patients without a model of this study, by decreasing outer AUROC.

        Single biomarkers, published scores and the group mean; the training prevalence ranks nobody.
        """
        rows = (place or self.headline).select(self.metrics).dropna(subset=["estimate"])
        ranked = rows[rows["metric"] == "auroc"].sort_values(["estimate", "model"], ascending=[False, True])["model"]
        return [name for name in ranked if is_feature(name) or is_published(name) or name == GROUP_MEAN]

    def signature_of(self, feature: str) -> Signature | None:
        """Look up the signature behind a feature such as `sig.cyt`; ``None`` for other features and unknown ones."""
        namespace, _, name = feature.partition(".")
        return self.signatures.get(name) if namespace == "sig" else None

    def comparisons_of(self, model: str, place: Place | None = None) -> list[Comparison]:
        """List a model's paired comparisons, in the headline's place unless said, turned so that it stands first."""
        rows = (place or self.headline).select(self.comparisons)
        involved = rows[(rows["model"] == model) | (rows["comparator"] == model)]
        return [
            _comparison(row) if row["model"] == model else _comparison(row).turned()
            for row in involved.to_dict("records")
        ]

    def comparison(self, model: str, comparator: str, metric: str, place: Place | None = None) -> Comparison | None:
        """Look up the paired comparison of two models, in the headline's place unless said; ``None`` without one."""
        found = self.comparisons_of(model, place)
        return next((one for one in found if one.comparator == comparator and one.metric == metric), None)


def _estimate(rows: pd.DataFrame) -> Estimate | None:
    if rows.empty:
        return None
    row = rows[["estimate", "low", "high", "n", "n_events"]].to_dict("records")[0]
    return Estimate(**{str(key): value for key, value in row.items()})


def _comparison(row: dict[Hashable, Any]) -> Comparison:
    return Comparison(**{one.name: row[one.name] for one in fields(Comparison)})
