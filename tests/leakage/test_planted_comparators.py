"""A comparator whose scores are no patient's own trips the canary of the comparators, and honest ones are quiet."""

import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.fit import CANARY_MEASURES
from stratify.fit import comparators
from stratify.fit.canaries import comparator_scores
from stratify.fit.published import RELATIVE, CohortExpression, CohortRelative

ASKED_FOR = {
    "_biomarker": {"biomarkers": {"gene.CXCL9": "higher"}},
    "plain_ridge": {"comparators": ["plain_ridge"]},
    "one_feature_logistic": {"biomarkers": {"gene.CXCL9": "higher"}, "biomarker_models": True},
    "_naive": {},
}
"""What a study file says to get a comparator, by the function that makes it."""


@pytest.fixture
def measure(small):
    """Compare and measure, as `fit` does."""
    table = small.assembled().table.assign(time_days=lambda rows: 100.0 + np.arange(len(rows)))

    def measured(expression=(), **changes):
        study = small.study.model_copy(update={"biomarkers": {}, "comparators": [], "group_by": "clin.sex"} | changes)
        given = (study, table, small.largest_split, {}, expression)
        return comparator_scores(*given, reported=comparators.compare(*given))

    return measured


def test_honest_comparators_are_quiet(measure):
    changes = {name: value for one in ASKED_FOR.values() for name, value in one.items()}
    found = measure(**changes | {"comparators": ["plain_ridge", "tmb_10"]})
    assert found["value"] <= found["limit"]
    assert found["n"] > 0
    CANARY_MEASURES.validate(pd.DataFrame([found]).assign(study="toy-study")[list(CANARY_MEASURES.columns)])


def scores(change):
    """Change what a comparator says of all patients it scores at once."""
    return lambda honest: lambda *given, **named: change(honest(*given, **named))


def sort(said):
    return said.assign(score=np.sort(said["score"].to_numpy()))


def one_late(said):
    return said.assign(score=np.roll(said["score"].to_numpy(), 1), probability=np.roll(said["probability"], 1))


def backwards(said):
    return said.assign(score=said["score"].to_numpy()[::-1])


def centred(said):
    return said.assign(score=said["score"] - said.groupby("cohort")["score"].transform("mean"))


def ranked(said):
    return said.assign(score=said["score"].rank(pct=True))


def told(said):
    return said.assign(score=said["score"] + said["y"].astype(float))


def told_the_time(said):
    return said.assign(score=said["score"] + said["time_days"].fillna(0) / 100)


@pytest.mark.parametrize(
    ("comparator", "change"),
    [
        *(("_biomarker", change) for change in (sort, one_late, backwards, centred, ranked, told, told_the_time)),
        *((learned, change) for learned in ("plain_ridge", "one_feature_logistic") for change in (sort, told)),
    ],
)
def test_scores_that_are_not_the_patients_own_are_found(measure, monkeypatch, comparator, change):
    monkeypatch.setattr(comparators, comparator, scores(change)(getattr(comparators, comparator)))
    found = measure(**ASKED_FOR[comparator])
    assert found["value"] > found["limit"]
    assert found["detail"] in {"gene.CXCL9", "plain_ridge", "logistic(gene.CXCL9)"}


@pytest.mark.parametrize("comparator", ["_naive", "plain_ridge", "one_feature_logistic"])
def test_a_comparator_that_learned_from_held_out_patients_is_found(measure, monkeypatch, comparator):
    honest = getattr(comparators, comparator)
    monkeypatch.setattr(
        comparators, comparator, lambda train, rows, *rest: honest(pd.concat([train, rows]), rows, *rest)
    )
    found = measure(**ASKED_FOR[comparator])
    assert found["value"] > found["limit"]


def sorted_by_position(expression):
    """Score by one gene, sort, and give the sorted scores to the columns as they stand."""
    return pd.Series(np.sort(expression.levels.loc["CD8A"].to_numpy()), index=expression.levels.columns)


def relative_to_the_cohort(expression):
    level = expression.levels.loc["CD8A"]
    return level - level.mean()


@pytest.mark.parametrize(("score", "quiet"), [(relative_to_the_cohort, True), (sorted_by_position, False)])
def test_a_relative_comparator_may_see_its_cohort_but_no_positions(small, measure, monkeypatch, score, quiet):
    entry = CohortRelative(name="toy", title="Toy", citation="Nobody", score=score, require=lambda: None)
    monkeypatch.setitem(RELATIVE, "toy", entry)
    rng = np.random.default_rng(0)
    expression = []
    for cohort in small.cohorts:
        patients = cohort.clinical["patient_id"].sort_values().to_list()
        levels = pd.DataFrame(rng.normal(5, 1, (1, len(patients))), index=["CD8A"], columns=patients)
        expression.append(CohortExpression(cohort.name, levels, cohort.clinical.set_index("patient_id").loc[patients]))
    found = measure(expression, comparators=["toy"])
    assert (found["value"] <= found["limit"]) == quiet
