"""Tables of text, workbooks, parquet and arff that are not what the dataset file says."""

import bz2
import gzip
import io
import lzma
import zipfile

import pandas as pd
import pytest
from corpus import CLINICAL_CSV, FINDINGS, GENES_TSV, Case, cohort

MANY = "gene\t01\t02\t03\n" + "".join(f"G{gene}\t{gene % 7}.25\t{gene % 5}.5\t3\n" for gene in range(3000))
HTML = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n<body>\n<p>Please, sign in</p></body></html>\n"


def cut(data):
    return data[: len(data) // 2]


def zipped(**members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return held.getvalue()


def parquet():
    held = io.BytesIO()
    pd.read_csv(io.StringIO(GENES_TSV), sep="\t").to_parquet(held)
    return held.getvalue()


def workbook(path):
    pd.read_csv(io.StringIO(CLINICAL_CSV), dtype="str").to_excel(path, sheet_name="Patients", index=False)


def clinical(name, content, message, file="c.csv", leaves=(), **keys):
    return Case(name, cohort({file: content}, {"file": file, **keys}), message, leaves)


def measured(name, content, message, file="m.tsv", leaves=(), **keys):
    return Case(name, cohort({file: content}, expression={"file": file, **keys}), message, leaves)


CLINICAL_CASES = [
    clinical("truncated gz", cut(gzip.compress(CLINICAL_CSV.encode())), r"c\.csv\.gz: not readable: ", "c.csv.gz"),
    clinical("text called gz", CLINICAL_CSV, r"c\.csv\.gz: not readable: Not a gzipped file", "c.csv.gz"),
    clinical("empty file", "", r"c\.csv: the file is empty"),
    clinical("header without data", "id,Age,Sex,OS,Dead\n", r"c\.csv: the table is empty: 1 row including the header"),
    clinical("only blank lines", "\n\n\n", r"c\.csv: the table is empty"),
    clinical(
        "wrong delimiter",
        CLINICAL_CSV.replace(",", ";"),
        r"c\.csv: no column 'id'; the file seems to have one column only; write its `separator:`, perhaps ';'",
    ),
    clinical(
        "row too short",
        CLINICAL_CSV.replace("02,47,M,8,0", "02,47,M"),
        r"c\.csv: ragged table: the header has 5 fields, 1 of 3 rows differ: row 2 has 3",
    ),
    clinical(
        "row names without header",
        "id,Age,Sex,OS,Dead\n1,01,61,F,12,1\n2,02,47,M,8,0\n",
        r"c\.csv: every row has one field more than the header \(6 against 5\).*index_column: true",
    ),
    clinical("quote never closed", CLINICAL_CSV.replace("M", '"M'), r"c\.csv: not readable as a text table: "),
    clinical(
        "latin-1 text",
        CLINICAL_CSV.replace("M,", "Männlich,").encode("latin-1"),
        r"c\.csv: not utf-8-sig text \(.* at byte \d+\); declare its `encoding:`",
    ),
    clinical(
        "utf-16 text", CLINICAL_CSV.encode("utf-16"), r"c\.csv: utf-16 text, not utf-8-sig; write `encoding: utf-16`"
    ),
    clinical("unknown encoding", CLINICAL_CSV, r"c\.csv: not readable.*unknown encoding: utf-9", encoding="utf-9"),
    clinical(
        "two columns of one name",
        CLINICAL_CSV.replace("Sex", "id"),
        r"c\.csv: 2 columns are called 'id' \(numbers 1, 3\)",
    ),
    clinical(
        "column in other case", CLINICAL_CSV.replace("Age", "AGE"), r"c\.csv.*no column 'Age'; did you mean 'AGE'"
    ),
    clinical("page of a web site", HTML, r"c\.csv: a web page, not a table"),
    clinical("ending of no format", CLINICAL_CSV, r"c\.dat: cannot tell the format from the ending '\.dat'", "c.dat"),
    clinical("text called xlsx", CLINICAL_CSV, r"c\.xlsx: not a readable xlsx workbook", "c.xlsx"),
    clinical(
        "no such sheet", workbook, r"c\.xlsx: no sheet 'patient'; did you mean 'Patients'", "c.xlsx", sheet="patient"
    ),
    clinical(
        "arff without data",
        "@RELATION r\n@ATTRIBUTE id string\n",
        r"c\.arff: not a readable arff file: there is no @data line",
        "c.arff",
    ),
    clinical(
        "zip with two files", zipped(a="x", b="y"), r"c\.csv\.zip: expected one file inside, found 2", "c.csv.zip"
    ),
    clinical(
        "text among the ages",
        CLINICAL_CSV.replace("47", "unk"),
        r"c\.csv: column 'age_years' \(from 'Age'\): expected numbers, found 1 value: 'unk' \(toy:02\).*`missing:`",
    ),
    clinical(
        "value that is not mapped",
        CLINICAL_CSV.replace("M", "male"),
        r"c\.csv: column 'sex' \(from 'Sex'\): .*'male' \(toy:02\); listed: 'F', 'M'",
    ),
    clinical(
        "event that is neither 0 nor 1",
        CLINICAL_CSV.replace("8,0", "8,7"),
        r"c\.csv: column 'os_event' \(from 'Dead'\): 'os_event' takes 0, 1; found 1 value: 7",
    ),
    clinical(
        "patient without identifier",
        CLINICAL_CSV.replace("02,", ","),
        r"c\.csv: 1 row without identifier in column 'id'",
    ),
    clinical(
        "patient twice", CLINICAL_CSV.replace("02,", "01,"), r"1 finding stops the run:.*duplicate_id", leaves=FINDINGS
    ),
    clinical(
        "time below zero",
        CLINICAL_CSV.replace(",8,", ",-8,"),
        r"label_time_contradiction \[os_days\]: a time before baseline in 1 sample: toy:02",
        leaves=FINDINGS,
    ),
]
MODALITY_CASES = [
    measured(
        "truncated gz of measurements", cut(gzip.compress(MANY.encode())), r"m\.tsv\.gz: not readable: ", "m.tsv.gz"
    ),
    measured("truncated bz2", cut(bz2.compress(MANY.encode())), r"m\.tsv\.bz2: not readable: ", "m.tsv.bz2"),
    measured("truncated xz", cut(lzma.compress(MANY.encode())), r"m\.tsv\.xz: not readable: ", "m.tsv.xz"),
    measured("damaged zip", cut(zipped(m=MANY)), r"m\.tsv\.zip: not readable: ", "m.tsv.zip"),
    measured("truncated parquet", cut(parquet()), r"m\.parquet: not a readable parquet file: ", "m.parquet"),
    measured("measurements without data", "gene\t01\t02\t03\n", r"m\.tsv: the table is empty: 1 row"),
    measured("commas in a tsv", GENES_TSV.replace("\t", ","), r"m\.tsv: no column 'gene'; .*perhaps ','"),
    measured(
        "spaces in a tsv",
        GENES_TSV.replace("\t", " "),
        r"m\.tsv: no column 'gene'; .*one column only; write its `separator:`, perhaps ' '",
    ),
    measured("line cut in the middle", MANY[:-4], r"m\.tsv: ragged table: .*row 3000 has 3"),
    measured(
        "text among the measurements",
        MANY.replace("G7\t0.25", "G7\tlow"),
        r"m\.tsv: column '01': expected numbers, found 1 value: 'low' \(G7\)",
    ),
    measured(
        "decimal commas",
        GENES_TSV.replace("\t2", "\t2,5"),
        r"m\.tsv: column '02': .*'2,5' \(CXCL9\).*`decimal: ','`",
    ),
    measured(
        "thousands separators",
        GENES_TSV.replace("\t7", "\t7,000.5"),
        r"m\.tsv: column '01': expected numbers, found 1 value: '7,000\.5' \(ACTB\); thousands separators are not read",
    ),
    measured(
        "identifiers that do not join",
        GENES_TSV.replace("01\t02\t03", "P1\tP2\tP3"),
        r"m\.tsv: no measured sample is in the clinical table: measured P1, P2, P3; clinical 01, 02, 03; check `id`",
    ),
    measured(
        "samples in rows",
        GENES_TSV,
        r"m\.tsv: no measured sample .*: measured CXCL9, ACTB; .*`orientation`",
        orientation="samples_by_features",
    ),
    measured(
        "pattern that matches nothing", GENES_TSV, r"m\.tsv: no column matches the pattern 'TCGA'", columns="TCGA"
    ),
    measured("gene without a name", GENES_TSV.replace("ACTB", ""), r"m\.tsv: 1 feature without a name"),
    measured(
        "sample without a name",
        GENES_TSV.replace("\t02", "\t"),
        r"m\.tsv: 1 sample without a name, the first at number 2 of 3",
    ),
    measured("binary file", bytes(range(256)) * 40, r"m\.tsv: not a text table: "),
]
CASES = [*CLINICAL_CASES, *MODALITY_CASES]


def test_undamaged(succeeds):
    assert succeeds(cohort({}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
