"""Files of the Gene Expression Omnibus that are no usable series matrix."""

import gzip

import pytest
from corpus import GENES_TSV, Case, cohort

SERIES = (
    '!Series_geo_accession\t"GSE0"\n\n'
    '!Sample_title\t"P1"\t"P2"\t"P3"\n'
    '!Sample_geo_accession\t"GSM1"\t"GSM2"\t"GSM3"\n'
    '!Sample_characteristics_ch1\t"age: 61"\t"age: 47"\t"age: 55"\n'
    '!Sample_characteristics_ch1\t"os: 12"\t"os: 8"\t"os: 40"\n'
    '!Sample_characteristics_ch1\t"dead: 1"\t"dead: 0"\t"dead: 1"\n'
    "!series_matrix_table_begin\n"
    '"ID_REF"\t"GSM1"\t"GSM2"\t"GSM3"\n'
    '"CXCL9"\t1.5\t2\t4\n'
    '"ACTB"\t7\t6\t5\n'
    "!series_matrix_table_end\n"
)
FILE = "GSE0_series_matrix.txt.gz"


def make(text=SERIES, pack=lambda text: gzip.compress(text.encode()), expression=None, **clinical):
    layout = {"reader": "geo_series_matrix", "file": FILE, "id": None}
    columns = {
        "columns": {"age_years": "age"},
        "endpoints": {"os_days": {"from": "os", "unit": "month"}, "os_event": "dead"},
    }
    return cohort({FILE: pack(text)}, {**layout, **columns, **clinical}, {**layout, **(expression or {})})


CASES = [
    Case(
        "truncated series matrix", make(pack=lambda text: gzip.compress(text.encode())[:120]), r"GSE0_.*not readable: "
    ),
    Case("another table", make(GENES_TSV), r"GSE0_.*not a series matrix"),
    Case(
        "family file", make("^DATABASE = GeoMiame\n^SAMPLE = GSM1\n!Sample_title = P1\n"), r"GSE0_.*not a series matrix"
    ),
    Case(
        "matrix without measurements",
        make(SERIES.replace('"CXCL9"\t1.5\t2\t4\n"ACTB"\t7\t6\t5\n', "")),
        r"GSE0_.*the table has a header but no data.*`reader: counts_table`",
    ),
    Case(
        "matrix without end", make(SERIES.replace("!series_matrix_table_end\n", "")), r"GSE0_.*series_matrix_table_end"
    ),
    Case(
        "matrix without table",
        make(SERIES.partition("!series_matrix_table_begin")[0]),
        r"GSE0_.*series_matrix_table_begin",
    ),
    Case(
        "row too short in the matrix",
        make(SERIES.replace("\t2\t4", "\t2")),
        r"GSE0_.*line 10: ragged table: 3 fields, the header has 4",
    ),
    Case(
        "text in the matrix",
        make(SERIES.replace("\t2\t4", "\tlow\t4")),
        r"GSE0_.*line 10: expected numbers, found 'low' \(CXCL9 in GSM2\)",
    ),
    Case("sample twice in the series", make(SERIES.replace("GSM2", "GSM1")), r"GSE0_.*duplicate sample names: GSM1"),
    Case(
        "characteristics of fewer samples",
        make(SERIES.replace('\t"age: 55"', "")),
        r"GSE0_.*line 5: !Sample_characteristics_ch1 has 2 values for 3 samples",
    ),
    Case("no such characteristic", make(columns={"age_years": "agee"}), r"GSE0_.*no column 'agee'; did you mean 'age'"),
    Case(
        "matrix of other samples",
        make(SERIES.replace('"ID_REF"\t"GSM1"\t"GSM2"\t"GSM3"', '"ID_REF"\t"GSM7"\t"GSM8"\t"GSM9"')),
        r"GSE0_.*GSM7, GSM8, GSM9",
    ),
]


def test_undamaged(succeeds):
    assert succeeds(make())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
