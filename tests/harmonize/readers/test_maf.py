"""The reader of mutations."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stratify.config import validate
from stratify.config.dataset import Modality
from stratify.errors import StratifyError
from stratify.harmonize.mutation_burden import burden, in_declared_unit, with_burden
from stratify.harmonize.readers.maf import MafReader
from stratify.harmonize.readers.noticed import take_findings
from stratify.harmonize.variant_effects import effects_of

HEADER = "Hugo_Symbol\tVariant_Classification\tTumor_Sample_Barcode\tHGVSp_Short\n"
ROWS = (
    "BRAF\tMissense_Mutation\tA\tp.V600E\n"
    "BRAF\tMissense_Mutation\tB\tp.K601E\n"
    "TP53\tNonsense_Mutation\tA\tp.R175*\n"
    "TP53\tSplice_Site\tA\tp.X200_splice\n"
    "NRAS\tSilent\tC\tp.Q61Q\n"
)


def maf(**keys: Any) -> Modality:
    base = {"reader": "maf", "file": "m.maf", "namespace": "mut", "unit": "present"}
    return validate(Modality, {**base, **keys}, "test modality")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Write a file of mutations, and read it."""

    def run(text: str = HEADER + ROWS, files: dict[str, str] | None = None, **keys: Any) -> pd.DataFrame:
        layout = maf(**keys)
        (tmp_path / layout.file).write_bytes(text.encode())
        for name, content in (files or {}).items():
            (tmp_path / name).write_text(content)
        return MafReader().read_modality(tmp_path / layout.file, layout)

    return run


def names(frame: pd.DataFrame) -> dict[str, tuple[str, int]]:
    return {finding.finding: (finding.severity, finding.n) for finding in take_findings(frame, "mutations")}


def test_counts_genes_of_samples(read):
    counts = read()
    assert counts.to_dict() == {"A": {"BRAF": 1, "TP53": 2}, "B": {"BRAF": 1, "TP53": 0}, "C": {"BRAF": 0, "TP53": 0}}
    assert (counts.dtypes == np.float32).all()
    assert names(counts) == {"mutations_not_counted": ("info", 1), "profiled_not_declared": ("warning", 3)}


def test_who_was_profiled_without_a_mutation_has_zero_and_who_was_not_is_absent(read):
    counts = read(files={"seen.txt": "A\nB\nC\nD\n"}, mutations={"profiled": {"file": "seen.txt"}})
    assert counts["D"].tolist() == [0, 0]
    assert "E" not in counts
    assert "profiled_not_declared" not in names(counts)


def test_profiled_by_a_column_of_the_clinical_table(read):
    table = "patient,exome\nA,yes\nB,yes\nC,yes\nD,no\nE,yes\n"
    profiled = {"file": "c.csv", "id": "patient", "column": "exome", "is_one_of": ["yes"]}
    counts = read(files={"c.csv": table}, mutations={"profiled": profiled})
    assert counts.columns.tolist() == ["A", "B", "C", "E"]


def test_mutated_but_not_among_the_profiled_is_a_finding(read):
    counts = read(files={"seen.txt": "A\nB\n"}, mutations={"profiled": {"file": "seen.txt"}})
    assert names(counts)["mutated_but_not_profiled"] == ("error", 1)


def test_truncating_only(read):
    counts = read(mutations={"counted": "truncating"})
    assert counts.loc["TP53"].to_dict() == {"A": 2, "B": 0, "C": 0}
    assert counts.index.tolist() == ["TP53"]


@pytest.mark.parametrize(("hotspot", "mutated"), [("BRAF p.V600E", ["A"]), ("BRAF 601", ["B"]), ("TP53 175", ["A"])])
def test_hotspots(read, hotspot, mutated):
    counts = read(mutations={"counted": "hotspot", "hotspots": [hotspot]})
    row = counts.iloc[0]
    assert row.index[row > 0].tolist() == mutated


def test_the_same_change_twice_is_one_mutation(read):
    header = HEADER.strip() + "\tChromosome\tStart_Position\tReference_Allele\tTumor_Seq_Allele2\n"
    row = "BRAF\tMissense_Mutation\tA\tp.V600E\t7\t140453136\tA\tT\n"
    other = "BRAF\tMissense_Mutation\tA\tp.V600K\t7\t140453136\tA\tG\n"
    counts = read(header + row + row + other)
    assert counts.loc["BRAF", "A"] == 2
    assert names(counts)["duplicate_mutations"] == ("warning", 1)


def test_a_counted_mutation_without_gene_stops_unless_accepted(read):
    counts = read(HEADER + ROWS + "\tMissense_Mutation\tB\t\n")
    assert names(counts)["mutations_without_gene"] == ("error", 1)


def test_identifiers_taken_out_of_longer_ones(read):
    text = (
        (HEADER + ROWS)
        .replace("\tA\t", "\tTCGA-A-01\t")
        .replace("\tB\t", "\tTCGA-B-01\t")
        .replace("\tC\t", "\tTCGA-C-01\t")
    )
    assert read(text, mutations={"sample_pattern": r"TCGA-(.)-"}).columns.tolist() == ["A", "B", "C"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_comments_and_compression(tmp_path, newline):
    text = ("#version 2.4\n\n#by a test\n" + HEADER + ROWS).replace("\n", newline)
    path = tmp_path / "m.maf.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert MafReader().read_modality(path, maf(file="m.maf.gz")).loc["TP53", "A"] == 2


def test_other_names_and_ontology_words(read):
    text = "Patient,Gene,Effect\nA,BRAF,missense_variant&splice_region_variant\nB,BRAF,synonymous_variant\n"
    counts = read(text, file="m.csv", id="Gene", mutations={"sample": "Patient", "classification": "Effect"})
    assert counts.to_dict() == {"A": {"BRAF": 1}, "B": {"BRAF": 0}}


def test_the_strongest_effect_counts():
    words = pd.Series(["missense_variant&stop_gained", "intron_variant", "odd"])
    assert effects_of(words, {"odd": "truncating"}, "x").tolist() == ["truncating", "silent", "truncating"]


def test_present_keeps_what_is_not_known():
    counts = pd.DataFrame({"A": [3.0, 0.0, np.nan]}, index=list("xyz"), dtype="float32")
    assert in_declared_unit(counts, "present")["A"].tolist()[:2] == [1, 0]
    assert in_declared_unit(counts, "present")["A"].isna().tolist() == [False, False, True]
    assert in_declared_unit(counts, "mutation_count") is counts


def test_burden_per_megabase_or_as_a_number(read):
    counts = read()
    assert burden(counts, None).to_dict() == {"A": 3, "B": 1, "C": 0}
    assert burden(counts, 30).to_dict() == {"A": 0.1, "B": 1 / 30, "C": 0}


def test_burden_is_a_clinical_column_missing_for_who_was_not_profiled(read):
    mutations = {"burden": "tmb_per_mb", "megabases": 30, "profiled": {"file": "seen.txt"}}
    counts = read(files={"seen.txt": "A\nB\nC\n"}, mutations=mutations)
    ids = [f"toy:{name}" for name in "ABCZ"]
    table = pd.DataFrame({"sample_id": ids, "endpoint.os_days": 1.0})
    keys = pd.Series(ids, index=list("ABCZ"))
    found, findings = with_burden(table, keys, counts, maf(mutations=mutations))
    assert found.columns.tolist() == ["sample_id", "clin.tmb_per_mb", "endpoint.os_days"]
    assert found["clin.tmb_per_mb"].tolist()[:3] == [0.1, 1 / 30, 0]
    assert found["clin.tmb_per_mb"].isna().tolist() == [False, False, False, True]
    assert findings == []


MALFORMED = {
    "empty": ("", "the file is empty"),
    "comments only": ("#version 2.4\n", "no header"),
    "header without data": (HEADER, "a header and no rows"),
    "wrong delimiter": ((HEADER + ROWS).replace("\t", ","), "one column only; write its `separator:`, perhaps ','"),
    "no gene column": ((HEADER + ROWS).replace("Hugo_Symbol", "Gen"), "no column 'Hugo_Symbol'"),
    "no sample column": (
        (HEADER + ROWS).replace("Tumor_Sample_Barcode", "Tumor_Barcode"),
        "did you mean 'Tumor_Barcode'",
    ),
    "gene column twice": ((HEADER + ROWS).replace("HGVSp_Short", "Hugo_Symbol"), "2 columns are called 'Hugo_Symbol'"),
    "unknown classification": (HEADER + "BRAF\tMisense_Mutation\tA\t\n", "did you mean 'Missense_Mutation'"),
    "no classification": (HEADER + "BRAF\t\tA\t\n", "1 mutation of 1 without a value"),
    "no sample": (HEADER + "BRAF\tSilent\t\t\n", "1 mutation without a sample"),
    "ragged": (HEADER + ROWS + "BRAF\tSilent\n", "line 7: ragged table: 2 fields, the header has 4"),
    "nothing counts": (HEADER + "BRAF\tSilent\tA\t\n", "none of 1 mutation counts as non_silent"),
    "git-lfs pointer": ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "pointer of git-lfs"),
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_files_are_named(read, text, message):
    with pytest.raises(StratifyError, match=message.replace("`", ".")) as error:
        read(text)
    assert "m.maf" in str(error.value)


def test_truncated_gz(tmp_path):
    rng = np.random.default_rng(0)
    rows = "".join(f"G{number}\tSilent\tS{rng.integers(1e9)}\t\n" for number in range(2000))
    path = tmp_path / "m.maf.gz"
    path.write_bytes(gzip.compress((HEADER + rows).encode())[:-400])
    with pytest.raises(StratifyError, match=r"m\.maf\.gz: not readable"):
        MafReader().read_modality(path, maf(file="m.maf.gz"))


def test_not_text(tmp_path):
    (tmp_path / "m.maf").write_bytes(HEADER.encode() + b"BRAF\tSilent\t\xff\t\n")
    with pytest.raises(StratifyError, match="not utf-8 text"):
        MafReader().read_modality(tmp_path / "m.maf", maf())


def test_a_pattern_must_not_make_one_of_two_samples(read):
    with pytest.raises(StratifyError, match="makes one of several samples"):
        read(HEADER + ROWS.replace("\tB\t", "\tAB\t"), mutations={"sample_pattern": r"([A-C])"})


@pytest.mark.parametrize(
    ("content", "profiled", "message"),
    [
        ("", {}, "the file is empty"),
        ("# nobody\n", {}, "names no sample"),
        ("id,exome\nA,1\n", {}, "expected one identifier a line"),
        ("id\texome\nA\t1\n", {"id": "id", "column": "exome", "is_one_of": ["yes"]}, "never says 'yes'"),
        ("id\texome\nA\t1\n", {"id": "patient"}, "no column 'patient'"),
    ],
)
def test_malformed_lists_of_the_profiled(read, content, profiled, message):
    with pytest.raises(StratifyError, match=message):
        read(files={"seen.txt": content}, mutations={"profiled": {"file": "seen.txt", **profiled}})


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"mutations": {"burden": "tmb_per_mb"}}, "needs 'megabases'"),
        ({"mutations": {"burden": "tmb_per_mb", "megabases": -1}}, "greater than 0"),
        ({"mutations": {"burden": "mutation_count", "megabases": 30}}, "'megabases' goes with"),
        ({"mutations": {"counted": "hotspot"}}, "go together"),
        ({"mutations": {"counted": "truncating", "burden": "mutation_count"}}, "does not go with"),
        ({"mutations": {"counted": "hotspot", "hotspots": ["V600E"]}}, "expected gene and protein change"),
        ({"mutations": {"sample_pattern": "abc"}}, "expected one group"),
        ({"unit": "counts"}, "mutations come in the units"),
        ({"more_files": ["n.maf"]}, "takes neither"),
        ({"reader": "table", "id": "g", "orientation": "features_by_samples"}, "go with the readers"),
    ],
)
def test_dataset_files_that_contradict_themselves(keys, message):
    with pytest.raises(StratifyError, match=message):
        maf(**keys)


@pytest.mark.cohorts
def test_mutations_of_riaz(mirror):
    file = "pre_therapy_nonsynonmous_mutations.csv"
    exomes = {"file": "genomic_data_per_case.csv", "id": "Patient", "column": "Pre-treatment Exome", "is_one_of": ["1"]}
    mutations = {
        "sample": "Patient",
        "classification": "Variant Classification",
        "burden": "mutation_count",
        "profiled": exomes,
    }
    layout = maf(file=file, id="Hugo Symbol", mutations=mutations)
    counts = MafReader().read_modality(mirror / "riaz_2017" / file, layout)
    assert names(counts) == {}
    assert counts.shape[1] == 68
    assert burden(counts, None).sum() == 28589
    assert burden(counts, None)[["Pt10", "Pt101"]].tolist() == [75, 10]
    clinical = pd.read_csv(mirror / "riaz_2017/bms038_clinical_data.csv", dtype="str")
    assert set(counts.columns) <= set(clinical["PatientID"])
