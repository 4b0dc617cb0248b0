"""What is learned in preparing the data, from all rows or from a whole cohort, is found.

The leaks of this folder, by the test that plants each:

- selection before the split, scaling or imputing on all rows, batch correction over test rows, target encoding with
  held-out labels, cohort z-score called single-sample: here
- join by position, sorted scorer output: `test_planted_position.py`
- group ignored: `test_planted_groups.py`; duplicate patient across cohorts: `test_planted_duplicates.py`
- threshold chosen on test, champion chosen on outer results: `test_planted_choices.py`
"""

import dataclasses

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import KNNImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from stratify.fit import cross_fit as fitting
from stratify.fit.canaries import experiment as assembling
from stratify.fit.canaries.garbage import garbage_in_held_out_rows
from stratify.fit.canaries.single_patient import single_patient
from stratify.fit.models import MODELS


def genes_of(table):
    return [name for name in table.columns if name.startswith("gene.")]


def select(table):
    """Keep the genes that go with the outcome, as seen in everyone."""
    genes = genes_of(table)
    strength, _ = f_classif(table[genes].fillna(0), table["y"].astype(int))
    others = set(genes) - set(np.array(genes)[np.argsort(-strength)[:3]])
    return table.assign(**dict.fromkeys(others, 0.0))


def drop(table):
    """The same, and the others are not even in the table."""
    chosen = select(table)
    return chosen.drop(columns=[gene for gene in genes_of(table) if chosen[gene].eq(0).all()])


def scale(table):
    genes = genes_of(table)
    return table.assign(**dict(zip(genes, StandardScaler().fit_transform(table[genes]).T, strict=True)))


def impute_mean(table):
    return table.assign(**{"gene.CXCL9": table["gene.CXCL9"].fillna(table["gene.CXCL9"].mean())})


def impute_neighbours(table):
    genes = genes_of(table)
    return table.assign(**dict(zip(genes, KNNImputer(n_neighbors=3).fit_transform(table[genes]).T, strict=True)))


def impute_constant(table):
    return table.assign(**{"gene.CXCL9": table["gene.CXCL9"].fillna(5.0)})


def correct_batches(table):
    """Give every cohort, test rows too, one location and scale, as ComBat without covariates would."""
    genes = genes_of(table)
    values, cohort = table[genes], table["cohort"]
    mean, spread = (values.groupby(cohort).transform(how) for how in ("mean", "std"))
    return table.assign(**((values - mean) / spread))


def encode_by_outcome(table):
    decade = table["clin.age_years"].round(-1)
    return table.assign(**{"clin.age_years": table["y"].astype(float).groupby(decade).transform("mean")})


def z_score(table):
    """Centre and scale a marker in its cohort, and call it a score of the sample."""
    within = table.groupby("cohort")["gene.CD8A"]
    return table.assign(**{"gene.CD8A": (table["gene.CD8A"] - within.transform("mean")) / within.transform("std")})


def one_by_one(table):
    """Correct each patient by nothing but their own genes."""
    genes = genes_of(table)
    return table.assign(**table[genes].sub(table[genes].mean(axis="columns"), axis="index"))


ALL_ROWS = [select, scale, impute_mean, impute_neighbours, correct_batches, encode_by_outcome]
HONEST = [impute_constant, one_by_one]


def in_assemble(monkeypatch, change):
    honest = assembling.assemble

    def changed(*arguments):
        assembled = honest(*arguments)
        return dataclasses.replace(assembled, table=change(assembled.table))

    monkeypatch.setattr(assembling, "assemble", changed)


def in_fit(monkeypatch, change):
    honest = fitting.split_rows
    monkeypatch.setattr(fitting, "split_rows", lambda table, members: honest(change(table), members))


def tripped(measures):
    return [measure["measure"] for measure in measures if not abs(measure["value"]) <= measure["limit"]]


@pytest.mark.parametrize("change", ALL_ROWS)
@pytest.mark.parametrize("plant", [in_assemble, in_fit])
def test_what_is_learned_on_all_rows_trips_the_garbage_canary(small, run, monkeypatch, plant, change):
    if change is correct_batches and small.study.design.kind != "repeated_nested_cv":
        pytest.skip(
            "whole cohorts are corrected one by one, nothing learned moves: the two tests of values relative to others"
        )
    plant(monkeypatch, change)
    experiment, table, reported, _ = run(small)
    assert "largest change of a fitted parameter" in tripped(garbage_in_held_out_rows(experiment, reported, table))


def test_columns_selected_before_the_split_trip_the_garbage_canary(small, run, monkeypatch):
    in_assemble(monkeypatch, drop)
    experiment, table, reported, _ = run(small)
    assert "largest change of a fitted parameter" in tripped(garbage_in_held_out_rows(experiment, reported, table))


@pytest.mark.parametrize("change", HONEST)
@pytest.mark.parametrize("plant", [in_assemble, in_fit])
def test_what_needs_no_other_patient_is_quiet(small, run, monkeypatch, plant, change):
    plant(monkeypatch, change)
    experiment, table, reported, final = run(small)
    assert not tripped(garbage_in_held_out_rows(experiment, reported, table))
    assert not tripped(single_patient(experiment, final, table, reported))


def test_the_same_steps_inside_the_pipeline_are_quiet(small, run, monkeypatch):
    """Imputing, scaling and selection on training rows alone."""

    def build(*arguments):
        honest = MODELS["elastic_net"](*arguments)
        return Pipeline([*honest.steps[:-1], ("select", SelectKBest(f_classif, k=3)), honest.steps[-1]])

    monkeypatch.setattr(fitting, "MODELS", {**MODELS, "elastic_net": build})
    experiment, table, reported, final = run(small)
    assert not tripped(garbage_in_held_out_rows(experiment, reported, table))
    assert not tripped(single_patient(experiment, final, table, reported))


@pytest.mark.parametrize("change", [z_score, correct_batches])
def test_a_value_relative_to_its_cohort_is_no_value_of_a_single_sample(small, run, monkeypatch, change):
    """Where whole cohorts are held out it moves nothing that is learned; it needs the cohort all the same."""
    in_assemble(monkeypatch, change)
    experiment, table, reported, final = run(small)
    measures = single_patient(experiment, final, table, reported)
    (measure,) = [
        one for one in measures if one["measure"] == "values of a patient that change with the values of others"
    ]
    assert measure["value"] > measure["limit"]
    assert "gene.CD8A" in measure["detail"] or change is correct_batches


@pytest.mark.parametrize("change", [z_score, correct_batches])
def test_correction_over_the_test_rows_while_fitting_is_found(small, run, monkeypatch, change):
    in_fit(monkeypatch, change)
    experiment, table, reported, final = run(small)
    assert "largest difference between a held-out score alone and as reported" in tripped(
        single_patient(experiment, final, table, reported)
    )


def test_a_stratum_relative_to_the_batch_is_found(small, run, monkeypatch):
    """Terciles of whoever is scored together."""
    experiment, table, reported, final = run(small)
    honest = type(final).predict

    def terciles(model, patients):
        said = honest(model, patients)
        place = np.minimum(2, (said["probability"].rank(pct=True, method="first") * 3).astype(int))
        return said.assign(stratum=[model.card.strata[index] for index in place])

    monkeypatch.setattr(type(final), "predict", terciles)
    assert tripped(single_patient(experiment, final, table, reported)) == [
        "patients with another stratum or warning alone than in the batch"
    ]


@pytest.mark.parametrize("change", [impute_mean, scale, encode_by_outcome])
def test_what_is_learned_on_all_rows_in_one_split_alone_is_found(small, run, monkeypatch, change):
    """Not in the largest split, which is the one that is assembled and tuned again."""
    if small.study.design.kind == "external":
        pytest.skip("there is one split")
    experiment, table, _, _ = run(small)
    largest = experiment.largest_split["split"].iloc[0]
    (other, *_) = sorted(set(experiment.splits["split"]) - {largest, "final"}, reverse=True)
    honest = fitting.split_rows

    def leaky(rows, members):
        return honest(change(rows) if members["split"].eq(other).all() else rows, members)

    reported = fitting.cross_fit(experiment.study, experiment.model, table, experiment.splits)
    assert not tripped(garbage_in_held_out_rows(experiment, reported, table))
    monkeypatch.setattr(fitting, "split_rows", leaky)
    reported = fitting.cross_fit(experiment.study, experiment.model, table, experiment.splits)
    measures = garbage_in_held_out_rows(experiment, reported, table)
    assert tripped(measures) == ["largest change of a fitted parameter in another split"]
    assert measures[-1]["detail"].startswith(other)
