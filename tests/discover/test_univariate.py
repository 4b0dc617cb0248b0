import numpy as np
import pandas as pd
import pytest
import yaml
from statsmodels.stats.multitest import multipletests

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.discover import UNIVARIATE
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table, write_table
from stratify.cli import main
from stratify.discover.univariate import univariate


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    n = 80
    frame = pd.DataFrame(rng.normal(size=(n, 4)), columns=[f"gene.G{i}" for i in range(4)])
    frame["gene.CONSTANT"] = 1.0
    frame["clin.sex"] = rng.choice(["female", "male", "male"], n)
    frame["clin.stage"] = pd.array(rng.choice(["I", "II", "III"], n), dtype="str")
    frame.loc[3, "clin.stage"] = None
    frame["clin.site"] = pd.array([None] * n, dtype="str")
    y = (rng.random(n) < 1 / (1 + np.exp(-1.5 * frame["gene.G0"]))).astype(int)
    identity = pd.DataFrame(
        {
            "patient_id": [f"p:{i:02d}" for i in range(n)],
            "cohort": np.where(np.arange(n) < 50, "north", "south"),
            "patient_pool": "one",
            "study_family": "one",
            "y": pd.array(y, dtype="Int64"),
            "time_days": np.nan,
            "event": pd.array([None] * n, dtype="Int64"),
        }
    )
    return TABLE.validate(pd.concat([identity, frame], axis=1))


FEATURES = ["gene.G0", "gene.G1", "gene.CONSTANT", "clin.sex", "clin.stage", "clin.site"]


def test_each_cohort_has_a_row_for_each_number_and_level(table):
    found = UNIVARIATE.validate(univariate(table, FEATURES, study_id="toy"))
    north = found[found["cohort"] == "north"]
    assert list(zip(north["feature"], north["level"].fillna("-"), strict=True)) == [
        ("gene.G0", "-"),
        ("gene.G1", "-"),
        ("gene.CONSTANT", "-"),
        ("clin.sex", "female"),
        ("clin.stage", "I"),
        ("clin.stage", "II"),
        ("clin.stage", "III"),
        ("clin.site", "-"),
    ]
    assert north["n"].tolist() == [50, 50, 50, 50, 49, 49, 49, 0]
    assert len(found) == 16


def test_a_level_is_compared_with_all_others_by_presence(table):
    found = univariate(table[table["cohort"] == "north"], ["clin.sex"], study_id="toy").iloc[0]
    counts = pd.crosstab(table["clin.sex"][:50] == "female", table["y"][:50].astype(int))
    odds = np.log(counts.loc[True, 1] * counts.loc[False, 0] / (counts.loc[True, 0] * counts.loc[False, 1]))
    assert found["effect"] == pytest.approx(odds, rel=1e-9)
    assert found["high"] - found["effect"] == pytest.approx(1.959964 * np.sqrt((1 / counts).sum().sum()), rel=1e-6)


def test_false_discovery_rates_are_of_the_tests_of_one_cohort(table):
    found = univariate(table, FEATURES, study_id="toy")
    for _, rows in found.groupby("cohort"):
        tested = rows.dropna(subset="p_value")
        assert tested["q_value"].tolist() == pytest.approx(multipletests(tested["p_value"], method="fdr_bh")[1])
        assert rows.loc[rows["p_value"].isna(), "q_value"].isna().all()
        assert rows.loc[rows["p_value"].isna(), "note"].notna().all()


def test_a_study_of_nothing_testable_has_no_false_discovery_rate(table):
    found = UNIVARIATE.validate(univariate(table, ["gene.CONSTANT"], study_id="toy"))
    assert found["q_value"].isna().all()
    assert found["note"].tolist() == ["constant", "constant"]


def test_row_order_does_not_matter(table):
    plain = univariate(table, FEATURES, study_id="toy")
    moved = univariate(table.sample(frac=1, random_state=0), FEATURES, study_id="toy")
    pd.testing.assert_frame_equal(plain, moved, rtol=1e-9)


def test_the_command_tests_the_features_of_the_study(table, tmp_path):
    study_file = tmp_path / "config" / "studies" / "toy.yaml"
    study_file.parent.mkdir(parents=True)
    study = {
        "title": "A synthetic study",
        "question": "Does it run?",
        "endpoint": {"rule": "as_published", "field": "response"},
        "positive": "response",
        "positive_is": "favourable",
        "datasets": {"train": ["north"], "evaluate": ["south"]},
        "features": ["gene.G*", "clin.sex"],
        "design": {"kind": "external"},
        "models": ["elastic_net"],
    }
    study_file.write_text(yaml.safe_dump(study))
    layout = Layout(tmp_path / "results")
    write_table(table, TABLE, layout.table("toy"))
    assert main(["discover", "--study", str(study_file), "--results", str(layout.results)]) == 0
    found = read_table(UNIVARIATE, layout.univariate("toy"))
    assert set(found["cohort"]) == {"north"}
    assert found["feature"].tolist() == ["gene.G0", "gene.G1", "gene.G2", "gene.G3", "clin.sex"]
    assert found.loc[found["p_value"].idxmin(), "feature"] == "gene.G0"
