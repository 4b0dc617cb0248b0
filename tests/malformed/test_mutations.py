"""Mutation files and study folders of cBioPortal with something missing or mistaken."""

import gzip
import tarfile

import pytest
from corpus import FINDINGS, Case, cohort

from stratify.synthetic_cbioportal import write_cbioportal_study

MAF = (
    "Hugo_Symbol\tVariant_Classification\tTumor_Sample_Barcode\tHGVSp_Short\n"
    "BRAF\tMissense_Mutation\t01\tp.V600E\n"
    "TP53\tNonsense_Mutation\t02\tp.R175*\n"
    "NRAS\tSilent\t03\tp.Q61Q\n"
)


def maf(text=MAF, file="m.maf", files=None, **mutations):
    """Describe a cohort with mutations only."""
    table = {"reader": "maf", "file": file, "namespace": "mut", "unit": "present", "mutations": mutations}
    return cohort({file: text, **(files or {})}, modalities={"mutations": table})


MAF_CASES = [
    Case("maf without data", maf(MAF.splitlines()[0] + "\n"), r"m\.maf: the table has a header and no rows"),
    Case(
        "maf without samples",
        maf(MAF.replace("Tumor_Sample_Barcode", "Sample")),
        r"m\.maf: no column 'Tumor_Sample_Barcode'",
    ),
    Case(
        "maf without effects",
        maf(MAF.replace("Variant_Cl", "Cl")),
        r"m\.maf: no column 'Variant_Classification'; did you",
    ),
    Case("maf with commas", maf(MAF.replace("\t", ",")), r"m\.maf: .*perhaps ','"),
    Case("truncated maf", maf(gzip.compress(MAF.encode())[:90], "m.maf.gz"), r"m\.maf\.gz: not readable: "),
    Case(
        "maf row too short",
        maf(MAF.replace("\tp.R175*", "")),
        r"m\.maf: line 3: ragged table: 3 fields, the header has 4",
    ),
    Case("effect of no vocabulary", maf(MAF.replace("Nonsense_M", "Odd_M")), r"m\.maf: .*Odd_Mutation.*effects"),
    Case(
        "mutation of no sample",
        maf(MAF.replace("\t02\t", "\t\t")),
        r"m\.maf: 1 mutation without a sample in column 'Tumor_Sample_Barcode'",
    ),
    Case(
        "maf of other samples", maf(MAF.replace("\t0", "\tP")), r"m\.maf: no measured sample .*P1.*clinical 01, 02, 03"
    ),
    Case(
        "pattern without match",
        maf(sample_pattern="(TCGA-..)"),
        r"m\.maf: `sample_pattern` '\(TCGA-\.\.\)' takes no identifier out of 01, 02, 03",
    ),
    Case(
        "hotspots without protein change",
        maf(MAF.replace("HGVSp_Short", "Protein"), counted="hotspot", hotspots=["KRAS 12"]),
        r"m\.maf: no column 'HGVSp_Short'",
    ),
    Case(
        "maf called a table of counts",
        cohort({"m.tsv": MAF}, expression={"reader": "counts_table", "unit": "counts", "id": None}),
        r"m\.tsv: column 'Variant_Classification': expected numbers",
    ),
    Case(
        "profiled samples of another cohort",
        maf(files={"p.txt": "X1\nX2\n"}, profiled={"file": "p.txt"}),
        r"mutated_but_not_profiled \[mutations\]: 3 samples",
        FINDINGS,
    ),
]

STUDY = {
    "timepoint": {"from": "TIMEPOINT", "values": {"Pre-treatment": "baseline", "On-treatment": "on_treatment"}},
    "columns": {"age_years": "AGE"},
    "endpoints": {
        "os_days": {"from": "OS_MONTHS", "unit": "month"},
        "os_event": {"from": "OS_STATUS", "values": {"1:DECEASED": 1, "0:LIVING": 0}},
    },
}


def nothing(study):
    """Leave the study as it is."""


def study(damage=nothing, profile="mrna_seq_tpm", unit="log2_tpm", clinical=None):
    """Describe a cohort of a study folder in which a file was damaged."""

    def write(folder):
        write_cbioportal_study(folder, 12, n_genes=8)
        damage(folder)

    table = {"reader": "cbioportal", "file": "study", "profile": profile, "namespace": "gene", "unit": unit}
    layout = {"reader": "cbioportal", "file": "study", "id": None, **STUDY, **(clinical or {})}
    return cohort({"study": write}, layout, modalities={"profile": table})


def edit(name, change):
    def damage(study):
        path = study / name
        path.write_text(change(path.read_text()))

    return damage


def remove(name):
    return lambda study: (study / name).unlink()


PATIENTS, SAMPLES, TPM = "data_clinical_patient.txt", "data_clinical_sample.txt", "data_mrna_seq_tpm.txt"


def cut_archive(path):
    folder = path.parent / "unpacked"
    write_cbioportal_study(folder, 12, n_genes=8)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, "toy")
    path.write_bytes(path.read_bytes()[:1500])


ARCHIVE = {"reader": "cbioportal", "file": "toy.tar.gz", "id": None, **STUDY}
STUDY_CASES = [
    Case(
        "study without samples",
        study(remove("meta_clinical_sample.txt")),
        r"meta_clinical_sample\.txt: missing: .*SAMPLE_ATTRIBUTES",
    ),
    Case(
        "meta file of a missing table",
        study(remove(PATIENTS)),
        r"data_clinical_patient\.txt: the study has no such file",
    ),
    Case(
        "no such profile",
        study(profile="mrna_seq_fpkm"),
        r"study: no meta file has the `stable_id` 'mrna_seq_fpkm'; did you mean 'mrna_seq_tpm'",
    ),
    Case(
        "mutations called expression",
        study(profile="mutations"),
        r"data_mutations\.txt: profile 'mutations' is MUTATION_EXTENDED, .*`unit: log2_tpm`",
    ),
    Case(
        "table without the patient's column",
        study(edit(SAMPLES, lambda text: text.replace("PATIENT_ID", "PATIENT"))),
        r"data_clinical_sample\.txt: no column PATIENT_ID; the header is PATIENT, ",
    ),
    Case(
        "clinical table without rows",
        study(edit(SAMPLES, lambda text: "".join(text.splitlines(True)[:5]))),
        r"data_clinical_sample\.txt: the table has a header and no rows",
    ),
    Case(
        "samples of no patient",
        study(edit(SAMPLES, lambda text: text.replace("\nTOY-0", "\nPOY-0"))),
        r"samples_without_patient: 13 samples of patients without a row .*: POY-001",
        FINDINGS,
    ),
    Case(
        "clinical table with commas",
        study(edit(PATIENTS, lambda text: text.replace("\t", ","))),
        r"data_clinical_patient\.txt: no column PATIENT_ID; .*tab-separated",
    ),
    Case(
        "expression without data",
        study(edit(TPM, lambda text: text.splitlines(True)[0])),
        r"data_mrna_seq_tpm\.txt: the table has a header and no rows",
    ),
    Case(
        "text in expression",
        study(edit(TPM, lambda text: text[:-5] + "x\n")),
        r"data_mrna_seq_tpm\.txt: line 9: column 'TOY-012-T1': expected numbers, found '.*x'",
    ),
    Case(
        "expression of other samples",
        study(edit(TPM, lambda text: text.replace("TOY-0", "POY-0"))),
        r"no measured sample.*POY-001.*TOY-001",
    ),
    Case(
        "meta file without a line",
        study(edit("meta_mrna_seq_tpm.txt", lambda text: text.replace("data_filename", "file"))),
        r"meta_mrna_seq_tpm\.txt.*data_filename",
    ),
    Case("truncated archive", cohort({"toy.tar.gz": cut_archive}, ARCHIVE), r"toy\.tar\.gz.*not readable"),
    Case(
        "archive of no study",
        cohort({"toy.tar.gz": gzip.compress(b"x" * 999)}, ARCHIVE),
        r"toy\.tar\.gz: not readable as an archive: neither tar, plain or compressed, nor zip",
    ),
]
CASES = [*MAF_CASES, *STUDY_CASES]


@pytest.mark.parametrize("make", [maf(), study()], ids=["maf", "study"])
def test_undamaged(succeeds, make):
    assert succeeds(make)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
