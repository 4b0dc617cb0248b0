"""Sixteen cohorts of one file of gene-set scores, harmonized by their dataset files, against known counts."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from stratify.artifacts.harmonize import CLINICAL, FINDINGS, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.assemble.cohort import Cohort
from stratify.assemble.signatures import score_gene_sets
from stratify.assemble.table import assemble
from stratify.cli import main
from stratify.config import StudyConfig, load_dataset, validate

pytestmark = pytest.mark.cohorts

CONFIG = Path(__file__).parents[1] / "config"
SOURCE = "compass_itrp"
SCORES = {"ssgsea": "ssgsea_readouts_geneset.csv", "abundance": "avgAbd_readouts_geneset.csv"}

# cohort in the file; responders and others as published; the same by RECIST
COHORTS = {
    "itrp_allen": ("Allen", 13, 26, 7, 31),
    "itrp_choueiri": ("Choueiri", 3, 13, 3, 13),
    "itrp_gide": ("Gide", 40, 33, 40, 33),
    "itrp_hugo": ("Hugo", 14, 12, 14, 12),
    "itrp_imvigor210": ("IMVigor210", 68, 230, 68, 230),
    "itrp_immotion150": ("IMmotion150", 48, 117, 48, 117),
    "itrp_kim": ("Kim", 12, 33, 12, 33),
    "itrp_liu": ("Liu", 41, 66, 39, 68),
    "itrp_mgh": ("MGH", 12, 22, 0, 0),
    "itrp_miao": ("Miao", 5, 12, 5, 12),
    "itrp_riaz": ("Riaz", 10, 41, 10, 39),
    "itrp_rose": ("Rose", 16, 73, 16, 73),
    "itrp_su2clc1": ("SU2CLC1", 38, 64, 38, 64),
    "itrp_su2clc2": ("SU2CLC2", 8, 17, 8, 17),
    "itrp_snyder": ("Snyder", 7, 14, 7, 14),
    "itrp_zhao": ("Zhao", 11, 14, 11, 14),
}
WHO_LEAVES_BY_RECIST = {
    "itrp_allen": [["response not evaluable (NE)", 1]],
    "itrp_mgh": [["response missing", 34]],
    "itrp_riaz": [["response not evaluable (NE)", 2]],
}
TRAPS = {
    "itrp_allen": {"response_contradicts_best_response": 6},
    "itrp_liu": {"response_contradicts_best_response": 2},
    "itrp_riaz": {"response_contradicts_best_response": 2, "corrected_values": 2},
    "itrp_mgh": {"all_missing_column": 34},
    "itrp_zhao": {"few_response_categories": 25, "perhaps_one_patient": 17},
    "itrp_rose": {"perhaps_one_patient": 2},
    "itrp_imvigor210": {"whole_numbers_per_megabase": 234},
}
# deaths and the longest survival in days; nothing where the file has no times
DEATHS = {
    "itrp_allen": (26, 1632),
    "itrp_gide": (29, 1603),
    "itrp_hugo": (11, 1060),
    "itrp_imvigor210": (189, 745),
    "itrp_liu": (57, 1691),
    "itrp_mgh": (19, 1608),
    "itrp_riaz": (34, 1144),
    "itrp_rose": (57, 868),
    "itrp_su2clc1": (50, 1259),
    "itrp_su2clc2": (12, 1079),
    "itrp_snyder": (13, 724),
}
PROGRESSIONS = {"itrp_gide": 42, "itrp_liu": 78, "itrp_rose": 79, "itrp_su2clc1": 72, "itrp_su2clc2": 19}
PER_MEGABASE = {"itrp_imvigor210": 234, "itrp_rose": 88}
COUNTED = {
    "itrp_allen": 39,
    "itrp_hugo": 25,
    "itrp_liu": 107,
    "itrp_mgh": 28,
    "itrp_riaz": 46,
    "itrp_su2clc1": 53,
    "itrp_su2clc2": 10,
}
THE_SAME_PEOPLE = {
    "itrp_allen": "vanallen_2015",
    "itrp_gide": "gide_2019",
    "itrp_hugo": "hugo_2016",
    "itrp_imvigor210": "imvigor210",
    "itrp_liu": "liu_2019",
    "itrp_riaz": "riaz_2017",
    "itrp_su2clc1": "ravi_2023",
    "itrp_su2clc2": "ravi_2023",
}
# Columns of the file that hold the outcome, a model's prediction, or what was known only after treatment began.
LEAKS = {
    "response_label", "RECIST", "RECIST_orignal", "RECIST_Response", "Freeman_response", "BR", "binaryResponse",
    "loco_prob", "alive", "alive_status", "Alive (Y=1, No=0)", "Vital Status", "dead", "censOS", "progressed",
    "Progressed", "os", "os (days)", "OS", "OS_Days", "OS_Event", "Overall_survival", "Overall Survival", "pfs", "PFS",
    "pfs (days)", "PFS_Days", "PFS_Event", "Progression Free Survival (Days)", "duration.of.io.tx", "met.lung.cumul",
    "met.liver.cumul", "met.bone.cumul", "met.other.cumul",
}  # fmt: skip


def harmonized(dataset: str, raw: Path, results: Path, config: Path = CONFIG) -> int:
    file = config / f"datasets/{dataset}.yaml"
    return main(["harmonize", "--dataset", str(file), "--raw", str(raw), "--results", str(results)])


@pytest.fixture(scope="module")
def layout(mirror, tmp_path_factory) -> Layout:
    results = tmp_path_factory.mktemp("itrp")
    for dataset in COHORTS:
        assert harmonized(dataset, mirror, results) == 0, dataset
    return Layout(results)


@pytest.fixture(scope="module")
def published(mirror) -> pd.DataFrame:
    return pd.read_csv(mirror / SOURCE / "00_clinical_label.csv", index_col="Index", low_memory=False)


def clinical_of(layout: Layout, dataset: str) -> pd.DataFrame:
    table = read_table(CLINICAL, layout.clinical(dataset))
    return table.set_index(table["sample_id"].str.partition(":")[2])


def found_in(layout: Layout, dataset: str) -> pd.DataFrame:
    return read_table(FINDINGS, layout.findings(dataset))


def attrition(layout: Layout, dataset: str, rule: str, field: str):
    content = {
        "title": "One cohort",
        "question": "Who responds?",
        "endpoint": {"rule": rule, "field": field},
        "positive": "response",
        "positive_is": "favourable",
        "datasets": {"train": [dataset]},
        "features": ["ssgsea.*"],
        "design": {"kind": "repeated_nested_cv"},
        "models": ["elastic_net"],
        "seed": 1,
    }
    config = load_dataset(CONFIG / f"datasets/{dataset}.yaml")
    scores = read_table(MODALITY, layout.modality(dataset, "ssgsea")).set_index("feature")
    cohort = Cohort(dataset, config, read_table(CLINICAL, layout.clinical(dataset)), {"ssgsea": scores})
    return assemble("one", validate(StudyConfig, content, "test study"), [cohort], {})


def test_the_cohorts_are_the_file(published):
    assert {name for name, *_ in COHORTS.values()} == set(published["cohort"])
    assert sum(responders for _, responders, *_ in COHORTS.values()) == 346
    assert sum(others for _, _, others, *_ in COHORTS.values()) == 787


@pytest.mark.parametrize("dataset", COHORTS)
def test_everyone_is_there_with_the_published_label(layout, published, dataset):
    name, responders, others, *_ = COHORTS[dataset]
    there = published[published["cohort"] == name]
    table = clinical_of(layout, dataset)
    assert table.index.tolist() == there.index.tolist()
    assert table["endpoint.published_response"].tolist() == (there["response_label"] == "R").tolist()
    assembled = attrition(layout, dataset, "as_published", "published_response")
    assert assembled.table["y"].value_counts().to_dict() == {1: responders, 0: others}


@pytest.mark.parametrize("dataset", sorted(set(COHORTS) - {"itrp_mgh"}))
def test_everyone_is_accounted_for_by_recist(layout, dataset):
    *_, responders, others = COHORTS[dataset]
    assembled = attrition(layout, dataset, "objective_response", "best_response")
    steps = assembled.attrition[["reason", "n_excluded"]].to_numpy().tolist()
    leaving = WHO_LEAVES_BY_RECIST.get(dataset, [])
    assert steps == [["in the file", 0], *leaving, ["patients in the study", 0]]
    assert assembled.table["y"].value_counts().to_dict() == {1: responders, 0: others}


def test_mgh_has_no_recist(layout):
    assert clinical_of(layout, "itrp_mgh")["endpoint.best_response"].isna().all()


@pytest.mark.parametrize("dataset", COHORTS)
def test_scores_are_joined_by_key(layout, mirror, dataset):
    keys = clinical_of(layout, dataset).index
    for modality, file in SCORES.items():
        raw = pd.read_csv(mirror / SOURCE / file, index_col="Index").loc[keys]
        table = read_table(MODALITY, layout.modality(dataset, modality)).set_index("feature")
        assert table.shape == (132, len(keys))
        assert table.columns.str.partition(":").get_level_values(2).tolist() == keys.tolist()
        namespace = load_dataset(CONFIG / f"datasets/{dataset}.yaml").modalities[modality].namespace
        expected = raw.T.astype("float32").add_prefix("").rename(index=lambda name, of=namespace: f"{of}.{name}")
        assert (table.to_numpy() == expected.loc[table.index].to_numpy()).all()


def test_the_order_of_the_files_does_not_matter(layout, mirror, tmp_path):
    """Every file of a copy in another order, the planted fault of a scorer that sorts its output."""
    copied = shutil.copytree(mirror / SOURCE, tmp_path / "raw" / SOURCE, copy_function=shutil.copyfile)
    copied.chmod(0o755)
    config = shutil.copytree(CONFIG, tmp_path / "config")
    source = yaml.safe_load((config / f"sources/{SOURCE}.yaml").read_text())
    for seed, file in enumerate([*SCORES.values(), "00_clinical_label.csv"]):
        text = pd.read_csv(copied / file, dtype=str, keep_default_na=False)
        text.sample(frac=1, random_state=seed).to_csv(copied / file, index=False)
    (config / f"sources/{SOURCE}.yaml").write_text(yaml.safe_dump(unverified(source, copied)))
    assert harmonized("itrp_liu", tmp_path / "raw", tmp_path / "results", config) == 0
    other = Layout(tmp_path / "results")
    ours, theirs = (clinical_of(each, "itrp_liu").sort_index() for each in (layout, other))
    pd.testing.assert_frame_equal(ours, theirs)
    for modality in SCORES:
        first, second = (
            read_table(MODALITY, each.modality("itrp_liu", modality)).set_index("feature") for each in (layout, other)
        )
        pd.testing.assert_frame_equal(first, second[first.columns])


@pytest.mark.parametrize("dataset", COHORTS)
def test_the_two_files_of_scores_agree_on_who_is_who(layout, dataset):
    assert not set(found_in(layout, dataset)["finding"]) & {"modalities_disagree", "sorted_by_value"}


def unverified(source: dict, folder: Path) -> dict:
    """The source with the digests of the files as they are now."""
    for file, described in source["files"].items():
        described["sha256"] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        described.setdefault("url", f"https://example.org/{file}")
    return source


@pytest.mark.parametrize("dataset", COHORTS)
def test_traps_are_found_by_code_and_accepted_with_a_reason(layout, dataset):
    found = found_in(layout, dataset)
    for trap, n in ({"constant_timepoint": sum(COHORTS[dataset][1:3])} | TRAPS.get(dataset, {})).items():
        row = found[found["finding"] == trap].squeeze()
        assert row["n"] == n, trap
        assert row["severity"] == "info" or isinstance(row["acknowledged"], str), trap
    traps = {trap for of_cohort in TRAPS.values() for trap in of_cohort}
    assert set(found["finding"]) & traps == set(TRAPS.get(dataset, {}))
    assert found.loc[found["severity"] == "error", "acknowledged"].notna().all()
    others = found[found["finding"] == "rows_of_other_cohorts"].squeeze()
    assert others["n"] == 1133 - sum(COHORTS[dataset][1:3])
    assert not found["finding"].str.contains("measurements").any()


def test_allen_responders_without_a_response_are_long_survivors(layout):
    found = found_in(layout, "itrp_allen").set_index("finding")["detail"]["response_contradicts_best_response"]
    assert "(1 with NE 1, 5 with SD 1)" in found
    assert found.endswith("their os_days 724 to 1632, the median of all 458")


def test_liu_samples_that_were_not_before_pd1_blockade(layout):
    """Against the context of the same biopsies in the files of liu_2019, as its dataset file reads them."""
    context = clinical_of(layout, "itrp_liu")["clin.biopsy_context"]
    assert context.value_counts().to_dict() == {"before_anti_pd1": 92, "other_context": 15}


def test_liu_context_is_that_of_the_genes(layout, mirror, tmp_path):
    assert harmonized("liu_2019", mirror, tmp_path) == 0
    genes = read_table(CLINICAL, Layout(tmp_path).clinical("liu_2019"))
    timepoints = genes.set_index(genes["patient_id"].str.partition(":")[2])["timepoint"]
    ours = clinical_of(layout, "itrp_liu")
    there = timepoints[ours["patient_id"].str.partition(":")[2]].to_numpy()
    assert ((there == "baseline") == (ours["clin.biopsy_context"] == "before_anti_pd1")).all()


@pytest.mark.parametrize("dataset", COHORTS)
def test_survival_has_times_and_deaths_or_is_not_there(layout, dataset):
    table = clinical_of(layout, dataset)
    if dataset not in DEATHS:
        assert [name for name in table if name.endswith(("_days", "_event"))] == []
        return
    deaths, longest = DEATHS[dataset]
    assert table["endpoint.os_event"].sum() == deaths
    assert table["endpoint.os_days"].max() == pytest.approx(longest, abs=0.5)
    dead = table["endpoint.os_event"] == 1
    assert table.loc[dead, "endpoint.os_days"].median() < table.loc[~dead, "endpoint.os_days"].median()
    assert ("endpoint.pfs_event" in table) == (dataset in PROGRESSIONS)
    if dataset in PROGRESSIONS:
        assert table["endpoint.pfs_event"].sum() == PROGRESSIONS[dataset]


@pytest.mark.parametrize("dataset", COHORTS)
def test_burden_is_per_megabase_or_a_count_and_never_both(layout, dataset):
    table = clinical_of(layout, dataset)
    for column, known in (("clin.tmb_per_mb", PER_MEGABASE), ("clin.mutation_count", COUNTED)):
        assert (column in table) == (dataset in known)
        if dataset in known:
            assert table[column].notna().sum() == known[dataset]
    if dataset in PER_MEGABASE:
        assert table["clin.tmb_per_mb"].median() < 15
    if dataset in COUNTED:
        counts = table["clin.mutation_count"].dropna()
        assert counts.median() > 100
        assert (counts - counts.round()).abs().max() < 1e-6


@pytest.mark.parametrize("dataset", COHORTS)
def test_what_holds_the_outcome_is_no_feature(published, dataset):
    clinical = load_dataset(CONFIG / f"datasets/{dataset}.yaml").clinical
    assert set(published.columns) >= LEAKS
    read = {column.source for column in [*clinical.columns.values(), clinical.timepoint]}
    assert not read & LEAKS
    assert {column.source for column in clinical.endpoints.values()} <= LEAKS


@pytest.mark.parametrize(("dataset", "genes"), THE_SAME_PEOPLE.items())
def test_the_same_people_are_one_pool(dataset, genes):
    assert (
        load_dataset(CONFIG / f"datasets/{dataset}.yaml").patient_pool
        == load_dataset(CONFIG / f"datasets/{genes}.yaml").patient_pool
    )


def test_every_other_cohort_is_a_pool_of_its_own():
    configs = {dataset: load_dataset(CONFIG / f"datasets/{dataset}.yaml") for dataset in COHORTS}
    pools = pd.Series({dataset: config.patient_pool for dataset, config in configs.items()})
    assert pools[pools.duplicated(keep=False)].index.tolist() == ["itrp_su2clc1", "itrp_su2clc2"]
    families = pd.Series({dataset: config.study_family for dataset, config in configs.items()})
    assert families[families.duplicated(keep=False)].index.tolist() == ["itrp_su2clc1", "itrp_su2clc2"]


def test_gide_patients_of_both_arms_stay_apart(layout):
    table = clinical_of(layout, "itrp_gide")
    assert table["patient_id"].is_unique
    assert table["clin.therapy_class"].value_counts().to_dict() == {"anti_pd1": 41, "anti_pd1_plus_anti_ctla4": 32}


def test_gide_identifiers_without_the_arm_are_caught(mirror, tmp_path, capsys):
    """The planted fault: identifiers as in the workbook, where 25 numbers stand for two people each."""
    copied = shutil.copytree(mirror / SOURCE, tmp_path / "raw" / SOURCE, copy_function=shutil.copyfile)
    copied.chmod(0o755)
    config = shutil.copytree(CONFIG, tmp_path / "config")
    labels = pd.read_csv(copied / "00_clinical_label.csv", dtype=str, keep_default_na=False)
    gide = labels["cohort"] == "Gide"
    labels.loc[gide, "patient_id"] = labels.loc[gide, "patient_id"].str.partition("_")[0]
    labels.to_csv(copied / "00_clinical_label.csv", index=False)
    source = yaml.safe_load((config / f"sources/{SOURCE}.yaml").read_text())
    (config / f"sources/{SOURCE}.yaml").write_text(yaml.safe_dump(unverified(source, copied)))
    assert harmonized("itrp_gide", tmp_path / "raw", tmp_path / "results", config) == 2
    assert "patient_contradicts_itself: 25 patients with several baseline samples" in capsys.readouterr().err


@pytest.fixture(scope="module")
def genes_of_allen(mirror, published, tmp_path_factory) -> pd.DataFrame:
    """Log2 TPM of the same samples from vanallen_2015, samples in rows, named as in the score files."""
    results = tmp_path_factory.mktemp("vanallen")
    assert harmonized("vanallen_2015", mirror, results) == 0
    expression = read_table(MODALITY, Layout(results).modality("vanallen_2015", "expression")).set_index("feature").T
    there = published[published["cohort"] == "Allen"]
    names = pd.Series(there.index, index="vanallen_2015:" + there["Patient"].str.removeprefix("MEL-IPI_"))
    return expression.loc[names.index].astype("float64").set_axis(names.to_numpy(), axis="index")


def test_each_set_is_divided_by_a_constant_of_the_whole_file(mirror):
    """Its range (ssGSEA) or mean (abundance) over all cohorts: not of a cohort, and not of one sample either."""
    ssgsea, abundance = (pd.read_csv(mirror / SOURCE / file, index_col="Index") for file in SCORES.values())
    assert ssgsea.shape == abundance.shape == (1133, 132)
    assert (ssgsea.max() - ssgsea.min()).to_numpy() == pytest.approx(1, abs=1e-12)
    assert abundance.mean().to_numpy() == pytest.approx(1, abs=1e-12)


@pytest.fixture(scope="module")
def gene_sets(mirror) -> dict[str, list[str]]:
    sets = pd.read_csv(mirror / SOURCE / "conception.tsv", sep="\t").set_index("GeneSet")["Genes"]
    return sets.str.split(":").to_dict()


def test_ssgsea_is_a_score_of_single_samples_but_for_a_constant(mirror, genes_of_allen, gene_sets):
    """Within a set, the published score is a multiple of the enrichment score that needs one sample only."""
    published = pd.read_csv(mirror / SOURCE / SCORES["ssgsea"], index_col="Index").loc[genes_of_allen.index]
    universe = pd.read_csv(mirror / "gene_id_map/gene_id_map.tsv", sep="\t")["gene_name"]
    ours = score_gene_sets(genes_of_allen, gene_sets, universe=universe.unique()).scores
    assert set(ours.columns) == set(published.columns)
    ours = ours.loc[:, ours.notna().all()]
    assert ours.shape[1] > 125
    assert ours.corrwith(published, method="spearman").median() == pytest.approx(0.999, abs=0.001)
    assert ours.corrwith(published).median() == pytest.approx(0.9999, abs=0.0001)


def test_abundance_is_a_mean_of_log2_tpm_but_for_a_constant(mirror, genes_of_allen, gene_sets):
    published = pd.read_csv(mirror / SOURCE / SCORES["abundance"], index_col="Index").loc[genes_of_allen.index]
    measured = set(genes_of_allen.columns.str.removeprefix("gene."))
    whole = {name: [f"gene.{gene}" for gene in genes] for name, genes in gene_sets.items() if set(genes) <= measured}
    assert len(whole) == 111
    ours = pd.DataFrame({name: genes_of_allen[genes].mean(axis="columns") for name, genes in whole.items()})
    assert ours.corrwith(published).median() > 0.9999
    assert ours.corrwith(published).min() > 0.96
