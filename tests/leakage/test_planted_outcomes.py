"""An outcome that is also a feature stops the study."""

from dataclasses import replace

import pytest

from stratify.errors import StratifyError

FEATURES = ["clin.*", "gene.*"]


def with_feature(experiment, name, values):
    """Give every cohort a clinical column that comes from its outcomes."""
    cohorts = [replace(one, clinical=one.clinical.assign(**{name: values(one.clinical)})) for one in experiment.cohorts]
    study = experiment.study.model_copy(update={"features": FEATURES})
    return replace(experiment, study=study, cohorts=cohorts)


PLANTED = {
    "survival in months": (lambda clinical: clinical["endpoint.os_days"] / 30.4375, "os_days"),
    "label as 1 and 2": (lambda clinical: clinical["endpoint.response"] + 1, "response"),
    "label turned round": (lambda clinical: 1 - clinical["endpoint.response"], "response"),
    "label in words": (
        lambda clinical: clinical["endpoint.response"].map({0.0: "no", 1.0: "yes"}).astype("str"),
        "response",
    ),
}


@pytest.mark.parametrize("planted", list(PLANTED))
def test_a_feature_that_is_an_outcome_is_refused(make_experiment, planted):
    values, outcome = PLANTED[planted]
    experiment = with_feature(make_experiment(), "clin.follow_up", values)
    with pytest.raises(StratifyError, match=f"feature 'clin.follow_up' of cohort 'toy' is its outcome '{outcome}'"):
        experiment.assembled()


def test_a_strong_feature_is_none(make_experiment):
    def strong(clinical):
        return clinical["endpoint.response"].where(clinical.index != 7, 1 - clinical["endpoint.response"])

    assert len(with_feature(make_experiment(), "clin.marker", strong).assembled().table)


def test_outcomes_that_no_model_reads_are_quiet(make_experiment):
    experiment = with_feature(make_experiment(), "clin.follow_up", PLANTED["survival in months"][0])
    study = experiment.study.model_copy(update={"features": ["gene.*"]})
    assert len(replace(experiment, study=study).assembled().table)
