"""Tables of text, workbooks, parquet and arff that are not what the dataset file says."""

import bz2
import codecs
import gzip
import io
import lzma
import re
import time
import zipfile
from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from corpus import CLINICAL_CSV, FINDINGS, GENES_TSV, LONGEST_SECONDS, Case, cohort

MANY = "gene\t01\t02\t03\n" + "".join(f"G{gene}\t{gene % 7}.25\t{gene % 5}.5\t3\n" for gene in range(3000))
MARK = codecs.BOM_UTF8
GENES = [f"G{gene}" for gene in range(100_000)]
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


def sheet(change):
    """Write the clinical table as a workbook in which something was changed."""

    def write(path):
        book = openpyxl.Workbook()
        for row in CLINICAL_CSV.splitlines():
            book.active.append([int(cell) if re.fullmatch("[1-9][0-9]*", cell) else cell for cell in row.split(",")])
        change(book.active)
        book.save(path)

    return write


def titled(cells):
    cells.insert_rows(1)
    cells.cell(1, 1, "Cohort A")
    cells.merge_cells("A1:E1")


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
    clinical("utf-8 text called utf-16", CLINICAL_CSV, r"c\.csv: .*UTF-16", encoding="utf-16"),
    clinical(
        "utf-16 text without a mark", CLINICAL_CSV.encode("utf-16-le"), r"c\.csv: not a text .*`encoding: utf-16-le`"
    ),
    clinical(
        "utf-8 text with a mark, called latin-1",
        MARK + CLINICAL_CSV.encode(),
        r"c\.csv: utf-8 text, not latin-1; leave `encoding:` out",
        encoding="latin-1",
    ),
    clinical(
        "decimal commas and points",
        "id;Age;Sex;OS;Dead\n01;61,5;F;12;1\n02;47.5;M;8;0\n",
        r"'Age'\): expected numbers, found 1 value: '47\.5' \(toy:02\); a point where `decimal: ','` is declared",
        separator=";",
        decimal=",",
    ),
    clinical(
        "date for an age",
        CLINICAL_CSV.replace("47", "2-May"),
        r"'Age'\): expected numbers, found 1 value: '2-May' \(toy:02\); that is a date",
    ),
    clinical("infinite age", CLINICAL_CSV.replace("47", "inf"), r"'Age'\): expected numbers, found 1 value: 'inf'"),
    clinical(
        "all ages missing",
        CLINICAL_CSV.replace("61", "").replace("47", "").replace("55", ""),
        r"all_missing_column \[age_years\]: no sample has a value",
        leaves=FINDINGS,
    ),
    clinical(
        "100,000 columns and no age",
        "\n".join(line + ",1" * 100_000 for line in CLINICAL_CSV.replace("Age", "AGE").splitlines()),
        r"c\.csv: no column 'Age'; did you mean 'AGE'",
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
    clinical("xlsx with a password", b"\xd0\xcf\x11\xe0" + bytes(600), r"c\.xlsx: .*password-protected", "c.xlsx"),
    clinical(
        "merged title",
        sheet(titled),
        r"c\.xlsx: no column 'id'; column 2 has no name: are cells of the header merged.*`skip_rows`",
        "c.xlsx",
    ),
    clinical(
        "merged header",
        sheet(lambda cells: cells.merge_cells("B1:C1")),
        r"c\.xlsx: no column 'Sex'; column 3 has no name: are cells of the header merged",
        "c.xlsx",
    ),
    clinical(
        "merged ages",
        sheet(lambda cells: cells.merge_cells("B2:B3")),
        r"merged_cells: merged cells in the sheet: B2:B3; the value stands in the first cell of each",
        "c.xlsx",
        FINDINGS,
    ),
    clinical(
        "formula without a value",
        sheet(lambda cells: cells.cell(3, 2, "=40+7")),
        r"formulas_without_value: 1 formula without a saved value: B3",
        "c.xlsx",
        FINDINGS,
    ),
    clinical(
        "date in a workbook",
        sheet(lambda cells: cells.cell(3, 2, datetime(2020, 1, 2))),
        r"'Age'\): expected numbers, found 1 value: '2020-01-02T00:00:00' \(toy:02\); that is a date",
        "c.xlsx",
    ),
    clinical(
        "sheet without data",
        sheet(lambda cells: cells.delete_rows(2, 9)),
        r"c\.xlsx: the table is empty: 1 row",
        "c.xlsx",
    ),
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
    measured(
        "latin-1 among the genes",
        GENES_TSV.replace("ACTB", "ACTÉ").encode("latin-1"),
        r"m\.tsv: .*declare its `encoding:`",
    ),
    measured("utf-16 measurements", GENES_TSV.encode("utf-16"), r"m\.tsv: utf-16 text, .*`encoding: utf-16`"),
    measured(
        "date for a measurement",
        GENES_TSV.replace("\t6", "\t6-May"),
        r"m\.tsv: column '02': expected numbers, found 1 value: '6-May' \(ACTB\); that is a date",
    ),
    measured(
        "infinite measurement",
        GENES_TSV.replace("\t6", "\t1e999"),
        r"non_finite_values \[expression\]: infinite values in 1 feature: gene\.ACTB",
        leaves=FINDINGS,
    ),
    measured(
        "all measurements missing",
        "gene\t01\t02\t03\nCXCL9\tNA\tNA\tNA\nACTB\t\t\t\n",
        r"all_missing_features \[expression\]: 2 of 2 features have no value: gene\.CXCL9, gene\.ACTB",
        leaves=FINDINGS,
        missing=["NA"],
    ),
    measured(
        "text in the last of 100,000 columns",
        "\n".join(
            ["\t".join(["id", *GENES]), "01" + "\t1.5" * (len(GENES) - 1) + "\tlow", "02" + "\t2.5" * len(GENES)]
        ),
        r"m\.tsv: column 'G99999': expected numbers, found 1 value: 'low' \(01\)",
        orientation="samples_by_features",
        id="id",
    ),
    measured("binary file", bytes(range(256)) * 40, r"m\.tsv: not a text table: "),
]
CASES = [*CLINICAL_CASES, *MODALITY_CASES]


QUOTED = CLINICAL_CSV.replace("Dead", "Dead,Note").replace(",1\n", ',1,"a\nb, c"\n').replace(",0\n", ",0,d\n")
WIDE = "\n".join(line + ",1" * 100_000 for line in CLINICAL_CSV.splitlines())
UNDAMAGED = {
    "plain": {},
    "byte-order marks": {
        "c.csv": MARK + CLINICAL_CSV.encode(),
        "m.tsv": MARK + GENES_TSV.encode(),
    },
    "quoted newlines": {"c.csv": QUOTED},
    "lines of Windows": {"c.csv": CLINICAL_CSV.replace("\n", "\r\n"), "m.tsv": GENES_TSV.replace("\n", "\r\n")},
    "lines of an old Macintosh": {"c.csv": CLINICAL_CSV.replace("\n", "\r")},
    "100,000 columns": {"c.csv": WIDE},
}


@pytest.mark.parametrize("name", UNDAMAGED)
def test_undamaged(succeeds, name):
    started = time.process_time()
    assert succeeds(cohort(UNDAMAGED[name]))
    assert time.process_time() - started < LONGEST_SECONDS


def test_a_sheet_is_read(succeeds):
    assert succeeds(cohort({"c.xlsx": sheet(lambda cells: None)}, {"file": "c.xlsx"}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
