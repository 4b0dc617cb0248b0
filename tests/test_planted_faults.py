"""Faults planted in a copy of a study's inputs stop the run, each with a message that says what is wrong."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.fit import PREDICTIONS
from stratify.artifacts.harmonize import CLINICAL as HARMONIZED
from stratify.artifacts.layout import Layout
from stratify.artifacts.overlap import OVERLAP, OVERLAP_SUMMARY, PROFILE
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import read_table
from stratify.cli import main

pytestmark = pytest.mark.cohorts

CONFIG = Path(__file__).parents[1] / "config"
STUDY = "icb-transcriptome-loso"
SOURCE = "compass_itrp"
CLINICAL, SSGSEA, ABUNDANCE = "00_clinical_label.csv", "ssgsea_readouts_geneset.csv", "avgAbd_readouts_geneset.csv"
FILES = (CLINICAL, SSGSEA, ABUNDANCE)
ALL = yaml.safe_load((CONFIG / f"studies/{STUDY}.yaml").read_text())["datasets"]["train"]
TEFF = "Fehrenbacher_Teff"

Change = Callable[[pd.DataFrame], pd.DataFrame]


class Inputs:
    """A copy of the configuration and of the files it reads, to plant faults in."""

    def __init__(self, mirror: Path, folder: Path) -> None:
        self.config, self.raw, self.results = (folder / name for name in ("config", "raw", "results"))
        shutil.copytree(CONFIG, self.config)
        (self.raw / SOURCE).mkdir(parents=True)
        for file in FILES:
            shutil.copyfile(mirror / SOURCE / file, self.raw / SOURCE / file)

    def read(self, file: str) -> pd.DataFrame:
        return pd.read_csv(self.raw / SOURCE / file, dtype=str, keep_default_na=False)

    def rewrite(self, file: str, change: Change, source: str = SOURCE) -> None:
        """Change a file and the digest by which its source knows it."""
        path, described = self.raw / source / file, self.config / f"sources/{source}.yaml"
        path.parent.mkdir(exist_ok=True)
        change(self.read(file)).to_csv(path, index=False)
        if not described.exists():
            shutil.copyfile(self.config / f"sources/{SOURCE}.yaml", described)
        content = yaml.safe_load(described.read_text())
        content["files"][file]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        described.write_text(yaml.safe_dump(content))

    def edit(self, kind: str, name: str, to: str | None = None, **keys: Any) -> None:
        """Give a file of the configuration other keys (None takes one out), under another name if one is given."""
        content = yaml.safe_load((self.config / f"{kind}/{name}.yaml").read_text())
        changed = {key: value for key, value in (content | keys).items() if value is not None}
        (self.config / f"{kind}/{to or name}.yaml").write_text(yaml.safe_dump(changed))

    def study(self, datasets: Iterable[str], unit: str = "study_family") -> None:
        """Cut the study down to a few cohorts and one quick model."""
        whole = yaml.safe_load((self.config / f"studies/{STUDY}.yaml").read_text())
        kept = ("title", "question", "endpoint", "positive", "positive_is", "strata", "seed")
        content = {key: whole[key] for key in kept} | {
            "datasets": {"train": list(datasets)},
            "features": [f"ssgsea.{TEFF}", "ssgsea.CD8Tcell_sc", "ssgsea.Ayers_IFNg6"],
            "design": {"kind": "leave_one_out", "unit": unit, "inner": {"folds": 3, "repeats": 1}},
            "models": {"elastic_net": {"search": {"C": [0.1], "l1_ratio": [0.0]}}},
        }
        (self.config / f"studies/{STUDY}.yaml").write_text(yaml.safe_dump(content))

    def harmonize(self, dataset: str) -> int:
        file = self.config / f"datasets/{dataset}.yaml"
        return main(["harmonize", "--dataset", str(file), "--raw", str(self.raw), "--results", str(self.results)])

    def run(self, stage: str, *more: str) -> int:
        study = self.config / f"studies/{STUDY}.yaml"
        return main([stage, "--study", str(study), "--results", str(self.results), *more])


@pytest.fixture
def inputs(mirror, tmp_path) -> Inputs:
    return Inputs(mirror, tmp_path)


@pytest.fixture
def message(capsys) -> Callable[[], str]:
    """Read what the command line said last when it stopped."""
    return lambda: capsys.readouterr().err


def sorted_by(order: Callable[[pd.DataFrame], pd.Series]) -> Change:
    """Sort the rows as a scorer might, and leave the identifiers where they were."""

    def change(scores: pd.DataFrame) -> pd.DataFrame:
        numbers = scores.drop(columns="Index").astype(float)
        return scores.loc[order(numbers).sort_values().index].assign(Index=scores["Index"].to_numpy())

    return change


def of_one_set(numbers: pd.DataFrame) -> pd.Series:
    return numbers[TEFF]


def of_all_sets(numbers: pd.DataFrame) -> pd.Series:
    return numbers.rank().mean(axis="columns")


@pytest.mark.parametrize(("file", "datasets"), [(SSGSEA, ALL), (ABUNDANCE, ["itrp_choueiri", "itrp_imvigor210"])])
def test_a_score_file_in_sorted_order_stops_every_cohort(inputs, message, file, datasets):
    inputs.rewrite(file, sorted_by(of_all_sets))
    for dataset in datasets:
        assert inputs.harmonize(dataset) == 2, dataset
        said = message()
        assert f"{dataset}.yaml: 1 finding stops the run:" in said
        assert "modalities_disagree [abundance]: ssgsea and abundance order the same" in said
        assert "are the rows of one of the files in another order than its identifiers?" in said
        assert not Layout(inputs.results).modality(dataset, "ssgsea").exists()


def test_a_score_file_in_the_order_of_one_set_is_seen_without_a_second_file(inputs, message):
    inputs.rewrite(SSGSEA, sorted_by(of_one_set))
    modalities = yaml.safe_load((inputs.config / "datasets/itrp_liu.yaml").read_text())["modalities"]
    inputs.edit("datasets", "itrp_liu", modalities={"ssgsea": modalities["ssgsea"]})
    assert inputs.harmonize("itrp_liu") == 2
    said = message()
    assert f"sorted_by_value [ssgsea]: all 107 samples stand in the file in the order of ssgsea.{TEFF}:" in said


def test_two_arms_of_gide_under_the_same_identifiers(inputs, message):
    def without_arm(clinical: pd.DataFrame) -> pd.DataFrame:
        gide = clinical["cohort"].eq("Gide")
        number = clinical["patient_id"].str.replace(r"_(ipi)?PD1$", "", regex=True)
        assert number[gide].duplicated().sum() == 25
        return clinical.assign(patient_id=clinical["patient_id"].mask(gide, number))

    inputs.rewrite(CLINICAL, without_arm)
    assert inputs.harmonize("itrp_gide") == 2
    said = message()
    assert "itrp_gide.yaml: 1 finding stops the run:" in said
    assert "patient_contradicts_itself: 25 patients with several baseline samples that differ in" in said
    assert "different people under one identifier?" in said


SU2C = ["itrp_hugo", "itrp_su2clc1", "itrp_su2clc2"]


def assembled(inputs: Inputs, datasets: list[str], unit: str = "study_family") -> Inputs:
    inputs.study(datasets, unit)
    for dataset in datasets:
        assert inputs.harmonize(dataset) == 0, dataset
    assert inputs.run("assemble") == 0
    return inputs


def held_out(inputs: Inputs, split: str) -> set[str]:
    splits = read_table(SPLITS, Layout(inputs.results).splits(STUDY))
    there = splits[splits["split"].eq(split) & splits["role"].eq("test")]
    return set(there["patient_id"].str.partition(":")[0])


def test_one_study_split_into_two_families(inputs, message):
    inputs.edit("datasets", "itrp_su2clc2", study_family="su2c_squamous")
    assembled(inputs, SU2C)
    assert inputs.run("split") == 2
    said = message()
    assert "patient pool 'su2c_mark' spans the study families su2c_lung, su2c_squamous" in said
    assert "itrp_su2clc1, itrp_su2clc2 may be the same" in said
    assert not Layout(inputs.results).splits(STUDY).exists()


def test_one_study_family_is_left_out_as_a_whole(inputs):
    assert assembled(inputs, SU2C).run("split") == 0
    assert held_out(inputs, "study_family_su2c_lung") == {"itrp_su2clc1", "itrp_su2clc2"}


def test_two_families_of_one_pool_are_left_out_together_by_pools(inputs):
    inputs.edit("datasets", "itrp_su2clc2", study_family="su2c_squamous")
    assert assembled(inputs, SU2C, "patient_pool").run("split") == 0
    assert held_out(inputs, "patient_pool_su2c_mark") == {"itrp_su2clc1", "itrp_su2clc2"}


def test_cohorts_left_out_one_by_one_are_internal_where_they_share_a_pool(inputs):
    assert assembled(inputs, SU2C, "cohort").run("split") == 0
    assert inputs.run("fit", "--model", "elastic_net") == 0
    predictions = read_table(PREDICTIONS, Layout(inputs.results).predictions(STUDY, "elastic_net"))
    judged = predictions[predictions["role"] != "train"]
    assert dict(zip(judged["patient_id"].str.partition(":")[0], judged["role"], strict=True)) == {
        "itrp_hugo": "external",
        "itrp_su2clc1": "internal",
        "itrp_su2clc2": "internal",
    }


def as_it_is(scores: pd.DataFrame) -> pd.DataFrame:
    return scores


def rounded(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.round(3)


def rescaled(scores: pd.DataFrame) -> pd.DataFrame:
    return scores * np.random.default_rng(0).lognormal(sigma=2, size=scores.shape[1])


def entered_again(inputs: Inputs, change: Change) -> str:
    """Enter Liu under other names, without any characteristic but the cancer and the response."""

    def renamed(table: pd.DataFrame) -> pd.DataFrame:
        table = table[table["Index"].isin(liu)].sample(frac=1, random_state=0)
        names = {name: f"Z{number:03}" for number, name in enumerate(sorted(liu))}
        table = table.assign(Index=table["Index"].map(names))
        if "patient_id" in table:
            return table.assign(patient_id=table["Index"])
        return table[["Index"]].join(change(table.drop(columns="Index").astype(float)))

    clinical = inputs.read(CLINICAL)
    liu = set(clinical.loc[clinical["cohort"].eq("Liu"), "Index"])
    for file in FILES:
        inputs.rewrite(file, renamed, source="again")
    layout = yaml.safe_load((inputs.config / "datasets/itrp_liu.yaml").read_text())["clinical"]
    layout["columns"] = {name: layout["columns"][name] for name in ("cancer_type", "therapy_class")}
    layout["endpoints"] = {"published_response": layout["endpoints"]["published_response"]}
    inputs.edit(
        "datasets",
        "itrp_liu",
        "melanoma_again",
        source="again",
        patient_pool="elsewhere",
        study_family="elsewhere",
        clinical=layout,
        acknowledge=[{"finding": "constant_timepoint", "column": "timepoint", "reason": "a copy"}],
    )
    return "melanoma_again"


@pytest.mark.parametrize("change", [as_it_is, rounded])
def test_a_study_entered_twice_is_found_by_its_profiles(inputs, change):
    again = entered_again(inputs, change)
    assert assembled(inputs, ["itrp_hugo", "itrp_liu", again]).run("split") == 0
    everyone_is_found(inputs, again)


def test_a_study_entered_twice_stops_the_run(inputs, message):
    again = entered_again(inputs, rescaled)
    assert assembled(inputs, ["itrp_hugo", "itrp_liu", again]).run("split") == 0
    everyone_is_found(inputs, again)
    assert inputs.run("fit", "--model", "elastic_net") == 0
    assert inputs.run("fit", "--model", "comparators") == 0
    message()
    assert inputs.run("evaluate") == 2
    said = message()
    assert "pairs the overlap audit suspects on both sides of a split is 107, limit 0" in said
    assert f"107 patients of {again} look like one of itrp_liu (itrp_liu:Patient" in said


def everyone_is_found(inputs: Inputs, again: str) -> None:
    layout = Layout(inputs.results)
    pairs = read_table(OVERLAP, layout.overlap(STUDY))
    assert set(pairs["basis"]) == {PROFILE}
    assert pairs[["first_cohort", "second_cohort"]].drop_duplicates().to_numpy().tolist() == [["itrp_liu", again]]
    names = pairs.assign(number=pairs["second"].str.rpartition(":")[2]).set_index("first")["number"]
    assert len(names) == names.nunique() == 107
    clinical = read_table(HARMONIZED, layout.clinical("itrp_liu")).set_index("patient_id")["sample_id"]
    assert names.rank().tolist() == clinical[names.index].rank().tolist()
    summary = read_table(OVERLAP_SUMMARY, layout.overlap_summary(STUDY)).set_index(["first_cohort", "second_cohort"])
    assert "107 patients with a shared omics profile" in summary.loc[("itrp_liu", again), "verdict"]
