"""What `evaluate` hands over: performance with intervals, paired comparisons, judged canaries."""

from stratify.artifacts.columns import NEVER_EMPTY, OF_STUDY, ROLES, closed, integer, number, text, truth
from stratify.artifacts.fit import CANARY_MEASURES

EVALUATED_ROLES = [*ROLES, "all"]
"""Role `all` is that of pooled rows over internal and external cohorts together."""

METRICS = closed(
    "metrics",
    {
        "study": text(),
        "model": text(),
        "cohort": text(),
        "role": text(isin=EVALUATED_ROLES),
        "subgroup": text(),
        "metric": text(),
        "estimate": number(),
        "low": number(),
        "high": number(),
        "n": integer(),
        "n_events": integer(),
    },
    unique=["study", "model", "cohort", "role", "subgroup", "metric"],
    metadata=NEVER_EMPTY | OF_STUDY,
)
"""One row an estimate with its 95 % interval, null where there is none; `n` patients, `n_events` of the positive class.

Models: the study's, its comparators, and two that are no predictors: `treat_all` (net benefit of treating everyone)
and `cohort_prevalence` (`brier` of the cohort's own event rate: an oracle; held-out cohorts only).

Roles `cv`, `internal`, `external`: metrics `auroc` (fold-wise in `cv`; else with DeLong's interval), `auprc`; of
probabilities `brier`, `brier_skill` (against the training prevalence), `observed_expected`, `calibration_slope`,
`calibration_intercept`, `net_benefit_<percent>`. Held-out cohorts (`internal`, `external`) also `brier_skill_cohort`
(against `cohort_prevalence`) and `coverage`, the share of the cohort's `n` patients with a score; without interval.

Role `train`: the apparent fit, and `inner_<metric>`, on which the champion is chosen (low and high: its spread over
outer splits; null in a design with the split `final` only). A fixed score in a training cohort of the design
`external` has `auroc` and `coverage`, if a probability also `brier` and `observed_expected`.

Subgroups: `all`; `stratum_<label>` with the `event_rate` of a stratum (trained models, everyone in the cohort); for
held-out cohorts `without_duplicates` (the metrics of `all`, on patients who do not look like a training patient;
written for every held-out cohort of a study in which any has such a patient) and `scored_by_reference` (`auroc` and
`brier` on the patients the study's reference can score, duplicates among them).

Pooled rows, for each predictor over the held-out cohorts of role `internal`, `external` and, where there are both,
`all`, in the subgroups `all` and, where written, `without_duplicates`; none in a study with fewer than two held-out
cohorts. Cohort `random_effects` (REML on log odds, Hartung-Knapp) has `auroc`, `auroc_new_cohort` (low and high:
prediction interval; null below three, not given for `all`), `auroc_tau` (on the log odds scale), `cohorts_pooled` (what
the mean is over: cohorts for `internal`, else patient pools, the cohorts of one taken together by inverse variance
first), and of probabilities `observed_expected`; cohorts with fewer than ten patients in a class, and those where the
score ties everyone or separates the classes, are not in it. Cohort `weighted_mean` (weights: patients with a score) has
`auroc`, `cohorts_pooled` and `brier`, over every cohort in which they are defined; cohort `mean_of_cohorts` the same
with every cohort counting the same, its interval from a bootstrap over patients within cohorts. `n` and `n_events` are
sums over the cohorts in the mean. Fewer than two make no mean: a null estimate."""

COMPARISONS = closed(
    "comparisons",
    {
        "study": text(),
        "model": text(),
        "comparator": text(),
        "cohort": text(),
        "role": text(isin=EVALUATED_ROLES),
        "subgroup": text(),
        "metric": text(),
        "model_value": number(),
        "comparator_value": number(),
        "difference": number(),
        "low": number(),
        "high": number(),
        "p_value": number(low=0, high=1),
        "method": text(),
        "n": integer(),
    },
    unique=["study", "model", "comparator", "cohort", "role", "subgroup", "metric"],
    metadata=OF_STUDY,
)
"""One row a paired comparison: `difference` is `model_value` minus `comparator_value`, both on the `n` patients both
can score; every model against every comparator, and the models pairwise in the order of the study.

Metrics: `auroc` (above 0 the model is better) and, where both give probabilities, `brier` (below 0 the model is
better). Roles, subgroups (`all`, `without_duplicates`) and pooled rows as for the metrics; `method` says how interval
and p-value came about, and in pooled rows over how many cohorts. Pooled rows average the cohorts' differences, and both
values with the same weights; `weighted_mean` and `mean_of_cohorts` with intervals from a bootstrap over patients within
cohorts, the same draws for both sides. Null interval and p-value: equal ranks, or too few patients."""

LABEL, WITHOUT, LEAVE_OUT, LOCAL, CURVE = "label", "without", "leave_out", "local_recalibration", "learning_curve"
"""Sensitivity analyses."""

SENSITIVITY = closed(
    "sensitivity",
    {
        "study": text(),
        "analysis": text(isin=[LABEL, WITHOUT, LEAVE_OUT, LOCAL, CURVE]),
        "variant": text(),
        "model": text(),
        "cohort": text(),
        "metric": text(),
        "estimate": number(),
        "low": number(),
        "high": number(),
        "n": integer(),
        "n_events": integer(),
    },
    unique=["study", "analysis", "variant", "model", "cohort", "metric"],
    metadata=OF_STUDY,
)
"""What the result depends on: one row an estimate on the same held-out predictions as the headline's (without suspected
duplicates where any were found), nothing fitted again but for the learning curve. Empty where the study asks for
nothing.

`label` (variant: name of the label): judged by another label, patients without it left out. `without` (name of the
group): patients left out. `leave_out` (column and level, `clin.cancer_type melanoma`): likewise, pooled rows only.
Cohorts have `auroc` (DeLong's interval) and of probabilities `brier` and `observed_expected` (bootstrap), and the
pooled rows are those of the metrics, of all held-out cohorts together.

`local_recalibration`: `0 patients` as it is; `intercept 20 patients` and `intercept and slope 20 patients` after the
log odds were refitted on 20 patients of the cohort, drawn at random. Judged on the cohort's others: those of the draw
who are in no number of local patients that the cohort is large enough for, the same at every number. Metrics `brier`,
`observed_expected`, `calibration_intercept`, `miscalibration` (observed over expected or its inverse, whichever is
above 1; above 1 by chance alone where few are judged). Means over draws; low and high hold 95 % of the draws: how much
depends on who is local and who is judged, no confidence interval. Null where the cohort is too small, with `n`. Cohorts
`weighted_mean` and `mean_of_cohorts` average the cohorts that are large enough for every number of patients asked for
(`observed_expected` on the log scale), so that numbers can be compared.

`learning_curve` (`4 studies`): `auroc` of the candidates for champion fitted to random choices of so many training
studies, as `weighted_mean` and `mean_of_cohorts`, averaged over the choices; low and high are the lowest and highest
choice, no confidence interval."""

CANARIES = closed("canaries", {**CANARY_MEASURES.columns, "passed": truth()}, metadata=NEVER_EMPTY | OF_STUDY)
"""The canary measures with their verdict."""
