"""`config/studies/<id>.yaml`: a question asked of datasets."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from stratify.config.closed import Closed, written_short_as
from stratify.config.endpoint import Endpoint
from stratify.config.identifier import Identifier
from stratify.config.published import COMPARATOR_INPUTS
from stratify.config.search import effective_search
from stratify.config.sensitivity import Sensitivity
from stratify.errors import nearest

FEATURE_PATTERN = r"^(clin|sig|gene|probe|mut|taxon|cgm|[a-z][a-z0-9]*)\.[^\[\]{},:\"]+$"
FeatureName = Annotated[str, Field(pattern=FEATURE_PATTERN)]


class StudyDatasets(Closed):
    """Which cohorts play which part."""

    train: list[Identifier] = Field(min_length=1)
    """Cohorts the models learn from: files in `config/datasets`, without `.yaml`."""

    evaluate: list[Identifier] = Field(default_factory=list)
    """Cohorts no model learns from, on which all are judged. Needs the design `external`."""

    @model_validator(mode="after")
    def _named_once(self) -> "StudyDatasets":
        twice = sorted({name for name in self.every if self.every.count(name) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} twice; a cohort plays one part")
        return self

    @property
    def every(self) -> list[str]:
        """All cohorts, those that are learned from first."""
        return [*self.train, *self.evaluate]


class Folds(Closed):
    """Repeated stratified k-fold cross-validation."""

    folds: int = Field(default=5, ge=2)
    """Number of folds."""

    repeats: int = Field(default=1, ge=1)
    """Number of repetitions with other random folds."""


class RepeatedNestedCv(Closed):
    """Performance from outer folds; every choice (tuning, selection) from inner folds of their training part."""

    kind: Literal["repeated_nested_cv"]
    """Name of the design."""

    outer: Folds = Folds(folds=5, repeats=10)
    """Folds that estimate performance."""

    inner: Folds = Folds(folds=5, repeats=1)
    """Folds inside each training part that choose hyper-parameters."""


class External(Closed):
    """Learn from the training cohorts, judge on every cohort of `datasets.evaluate`."""

    kind: Literal["external"]
    """Name of the design."""

    inner: Folds = Folds(folds=5, repeats=4)
    """Folds of the training patients that choose hyper-parameters and the champion."""


class LeaveOneOut(Closed):
    """Leave each hospital or study out in turn, learn from all others, judge on those left out."""

    kind: Literal["leave_one_out"]
    """Name of the design."""

    unit: Literal["patient_pool", "study_family", "cohort"] = "patient_pool"
    """What is left out together: cohorts that may share people, cohorts of one study, or (as much of the literature
    does) each cohort by itself."""

    inner: Literal["leave_one_out"] | Folds = Folds(folds=5, repeats=2)
    """What chooses hyper-parameters and the champion among the training patients: random folds, or `leave_one_out`,
    each of their units in turn, which asks of every choice what the study asks of the model. Then choices go by
    `champion.metric`, patients count alike, and the probabilities are recalibrated on those left out."""


Design = Annotated[RepeatedNestedCv | External | LeaveOneOut, Field(discriminator="kind")]
Direction = Literal["increasing", "decreasing"]


class ModelConfig(Closed):
    """One model of the study."""

    search: dict[str, list[float | int | str | bool | None]] = Field(default_factory=dict)
    """Hyper-parameter grid: name to the values to try. Keys not given keep the model's own grid."""


class LearningCurve(Closed):
    """How performance grows with the number of studies learned from."""

    studies: list[Annotated[int, Field(ge=1)]] = Field(min_length=1)
    """Numbers of training studies (the design's units), in increasing order; those that a split does not have are left
    out there."""

    repeats: int = Field(default=3, ge=1)
    """Random choices of that many studies, in each split."""

    @field_validator("studies")
    @classmethod
    def _increasing(cls, value: list[int]) -> list[int]:
        if sorted(set(value)) != value:
            raise ValueError(f"studies must increase, found {value}")
        return value


class ChampionRule(Closed):
    """How the model to register is chosen; fixed before the run."""

    metric: Literal["auroc", "neg_log_loss"] = "auroc"
    """Quantity to maximise."""

    estimated_on: Literal["inner"] = "inner"
    """Inner folds of the training parts: outer results never choose."""

    among: list[str] = Field(default_factory=list)
    """Candidate models; all of the study's where not given."""


class Strata(Closed):
    """Groups of patients by probability."""

    declared_probabilities: list[Annotated[float, Field(gt=0, lt=1)]] = Field(default=[0.2, 0.5], min_length=1)
    """Cut-offs, fixed before the run, in increasing order."""

    labels: list[str] = Field(default=["low", "intermediate", "high"])
    """One name per stratum, from the lowest probability upwards."""

    @model_validator(mode="after")
    def _consistent(self) -> "Strata":
        cuts = self.declared_probabilities
        if sorted(set(cuts)) != list(cuts):
            raise ValueError(f"declared_probabilities must increase, found {cuts}")
        if len(self.labels) != len(cuts) + 1:
            raise ValueError(
                f"{len(cuts)} cut-offs make {len(cuts) + 1} strata, found {len(self.labels)} labels: {self.labels}"
            )
        return self


class StudyConfig(Closed):
    """A question asked of one or more cohorts."""

    title: str
    """Title of the report."""

    question: str
    """The question in one sentence."""

    kind: Literal["classification"] = "classification"
    """What is predicted."""

    endpoint: Endpoint
    """The rule that says who is positive."""

    positive: str
    """What the positive class is, in words (`response`, `distant metastasis within five years`)."""

    positive_is: Literal["favourable", "adverse"]
    """Whether the positive class is a good outcome (response) or a bad one (metastasis, death): signatures that are
    published as higher in responders are turned accordingly."""

    datasets: StudyDatasets
    """The cohorts."""

    population: dict[FeatureName, list[str | int | float]] = Field(default_factory=dict)
    """Whom the study is about, where that is not everyone in the cohorts: clinical column to the values that are in it,
    such as `clin.therapy_class: [anti_pd1, anti_pdl1]`. The others leave, counted by value in the attrition; so do
    those whose value is missing."""

    transductive: bool = False
    """The features of a patient depend on other patients of the cohort; printed in the report's title."""

    transductive_reason: str | None = None
    """Why the study is transductive and what follows for its results."""

    features: list[FeatureName] = Field(min_length=1)
    """Features the models may use; `*` stands for any text (`sig.*`)."""

    biomarkers: dict[FeatureName, Literal["higher", "lower"]] = Field(default_factory=dict)
    """Single biomarkers to evaluate beside the models, and whether higher or lower values mean the
    positive class. Signatures are always among them."""

    signatures: list[Identifier] = Field(default=["signatures"], min_length=1)
    """Catalogues of published signatures: files in `data/reference`, without `.yaml`. Every signature whose genes are
    there is scored and judged as a biomarker; the models read those that `features` names."""

    gene_universe: Literal["shared"] | None = None
    """Genes among which rank-based signatures (`ssgsea`, `singscore`, `aucell`, `rank_mean`) rank a sample; they need
    it. `shared`: the genes that every cohort of the study with gene expression has in its file. The model that is
    registered keeps the list."""

    biomarker_models: bool = False
    """Judge each biomarker also as a model of its own, `logistic(<feature>)`: a logistic regression on that one number,
    learned from the training patients."""

    directions: dict[FeatureName, Direction] = Field(default_factory=dict)
    """Features of which it was known before the study that more of them makes the positive class likelier
    (`increasing`) or less likely (`decreasing`): models that can be held to it are."""

    comparators: list[str] = Field(default_factory=list)
    """Published scores and models to judge beside the study's own, by name. Signatures and `biomarkers` need not be
    listed here."""

    reference: str | None = None
    """The comparator to beat: named first in the report, and every model is also measured on the patients it can
    score."""

    group_by: FeatureName | None = None
    """Categorical feature whose group means are the second naive comparator; the cohort where not given."""

    design: Design
    """How patients are split."""

    models: dict[str, ModelConfig] = Field(
        min_length=1, json_schema_extra=written_short_as({"type": "array", "items": {"type": "string"}, "minItems": 1})
    )
    """Models to train, each with its own search space. A plain list takes every model's own grid."""

    champion: ChampionRule = ChampionRule()
    """How the registered model is chosen."""

    learning_curve: LearningCurve | None = None
    """Refit the candidates for champion on fewer studies, with the hyper-parameters of the split, and judge them on the
    same held-out cohorts. Needs the design `leave_one_out`."""

    strata: Strata = Strata()
    """Groups of patients by probability."""

    exclude_suspected_duplicates: bool = False
    """Leave patients who look like another one out, wherever they come from; without it a suspected duplicate stops
    the run, except in a held-out cohort that is known to share people with a training cohort: there they always stay
    outside the headline results."""

    outer_results_seen: str | None = None
    """How often, and when, results on held-out patients were looked at while the study was made; printed in the
    report."""

    sensitivity: Sensitivity = Sensitivity()
    """What the result depends on: other labels, patients left out, a few patients of the new hospital. Judged on the
    same held-out predictions; nothing is fitted again."""

    caveats: list[str] = Field(default_factory=list)
    """What a reader of the results must know beyond the caveats of the datasets; printed in the report."""

    seed: int = Field(default=20261122, ge=0)
    """Seed of every random choice."""

    @field_validator("models", mode="before")
    @classmethod
    def _list_of_models(cls, value: object) -> object:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return {name: {} for name in value}
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "StudyConfig":
        if self.transductive and not self.transductive_reason:
            raise ValueError("a transductive study must give its transductive_reason")
        _check_cohorts(self.design, self.datasets)
        for name in self.directions:
            if not any(fnmatchcase(name, pattern) for pattern in self.features):
                raise ValueError(f"directions names {name!r}, which no model reads; {nearest(name, self.features)}")
        for name in self.comparators:
            if name not in COMPARATOR_INPUTS:
                raise ValueError(f"comparators: unknown comparator {name!r}; {nearest(name, COMPARATOR_INPUTS)}")
        if self.comparators and self.positive_is != "favourable":
            raise ValueError("comparators predict response: the study's positive class must be favourable")
        beside = [*self.comparators, *self.biomarkers]
        if self.reference is not None and self.reference not in beside:
            raise ValueError(
                f"reference {self.reference!r} must be one of the study's comparators or biomarkers; "
                f"{nearest(self.reference, beside)}"
            )
        for name, model in self.models.items():
            effective_search(name, model.search)
        strangers = [name for name in self.champion.among if name not in self.models]
        if strangers:
            raise ValueError(
                f"champion.among names {strangers}, which is not among the study's models {list(self.models)}"
            )
        return self

    @model_validator(mode="after")
    def _sensitive_to_cohorts(self) -> "StudyConfig":
        if self.sensitivity.asks and self.design.kind == "repeated_nested_cv":
            raise ValueError(
                f"sensitivity needs held-out cohorts: design external or leave_one_out, found {self.design.kind}"
            )
        return self

    @model_validator(mode="after")
    def _curve_has_studies(self) -> "StudyConfig":
        if self.learning_curve is not None and self.design.kind != "leave_one_out":
            raise ValueError(f"learning_curve needs design leave_one_out, found {self.design.kind}")
        return self

    @property
    def candidates(self) -> list[str]:
        """Models that can become champion."""
        return self.champion.among or list(self.models)


def _check_cohorts(design: RepeatedNestedCv | External | LeaveOneOut, datasets: StudyDatasets) -> None:
    """Check that the design has the cohorts it needs."""
    if datasets.evaluate and design.kind != "external":
        raise ValueError(f"datasets.evaluate needs design external, found {design.kind}")
    if design.kind == "external" and not datasets.evaluate:
        raise ValueError("design external needs datasets.evaluate, the cohorts to judge on")
    if design.kind == "leave_one_out" and len(datasets.train) < 2:
        raise ValueError(f"design leave_one_out needs at least two training cohorts, found {datasets.train}")
    if design.kind == "repeated_nested_cv" and len(datasets.train) > 1:
        raise ValueError(
            f"design {design.kind} takes one training cohort, found {datasets.train}: its estimates are "
            "within a cohort, and folds across cohorts would reward telling cohorts apart"
        )
