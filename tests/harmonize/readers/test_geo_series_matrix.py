"""Series matrix files: samples by accession, characteristics by key."""

import gzip

import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.readers import reader_for

READER = reader_for("geo_series_matrix")
SERIES = """!Series_title\t"A cohort"
!Series_geo_accession\t"GSE0"

!Sample_title\t"Patient 1"\t"Patient 2"\t"Patient 3"
!Sample_geo_accession\t"GSM1"\t"GSM2"\t"GSM3"
!Sample_source_name_ch1\t"tumour"\t"tumour"\t""
!Sample_characteristics_ch1\t"age: 61"\t"age: 47"\t"response: PD"
!Sample_characteristics_ch1\t"response: CR"\t"note: ratio 1:2"\t"age: NA"
!Sample_characteristics_ch1\t"melanoma"\t""\t"melanoma"
!Sample_data_processing\t"step one"\t"step one"\t"step one"
!Sample_data_processing\t"step two"\t"step two"\t"step two"
!series_matrix_table_begin
"ID_REF"\t"GSM1"\t"GSM2"\t"GSM3"
"p_1"\t1.5\t2\tnull
"p_2"\t\t-4e1\t6
!series_matrix_table_end
"""


@pytest.fixture
def read(tmp_path, clinical, modality):
    def run(kind, content=SERIES, **keys):
        path = tmp_path / "GSE0_series_matrix.txt.gz"
        path.write_bytes(content if isinstance(content, bytes) else gzip.compress(content.encode()))
        keys = {"reader": "geo_series_matrix", "id": None, **keys}
        if kind == "clinical":
            return READER.read_clinical(path, clinical(**keys))
        return READER.read_modality(path, modality(**{"unit": "log2_intensity", **keys}))

    return run


def test_characteristics_go_by_key_wherever_they_stand(read):
    table = read("clinical")
    assert table.index.tolist() == ["GSM1", "GSM2", "GSM3"]
    assert table.astype(object).where(table.notna(), None).to_dict("list") == {
        "title": ["Patient 1", "Patient 2", "Patient 3"],
        "geo_accession": ["GSM1", "GSM2", "GSM3"],
        "source_name_ch1": ["tumour", "tumour", None],
        "age": ["61", "47", None],
        "response": ["CR", None, "PD"],
        "note": [None, "ratio 1:2", None],
        "characteristics_ch1": ["melanoma", None, "melanoma"],
        "data_processing": ["step one; step two"] * 3,
    }


def test_measurements(read):
    found = read("modality")
    assert (found.index.tolist(), found.columns.tolist()) == (["p_1", "p_2"], ["GSM1", "GSM2", "GSM3"])
    np.testing.assert_array_equal(found.to_numpy(), np.float32([[1.5, 2, np.nan], [np.nan, -40, 6]]))
    assert set(found.dtypes) == {np.dtype("float32")}
    assert read("modality", columns="GSM[13]").columns.tolist() == ["GSM1", "GSM3"]


def _without(start):
    return "".join(line for line in SERIES.splitlines(keepends=True) if not line.startswith(start))


NO_MATRIX = {
    "no table": (_without("!series_matrix_table_begin"), {}, "there is no !series_matrix_table_begin line"),
    "cut short": (_without("!series_matrix_table_end"), {}, "no !series_matrix_table_end line: the file is cut short"),
    "cut gzip": (gzip.compress(SERIES.encode())[:-30], {}, "not readable"),
    "no data": (_without('"p_'), {}, "a header but no data, as in series of sequencing data.*counts_table"),
    "no header": (_without('"ID_REF"'), {}, "line 13: expected the header ID_REF and samples, found"),
    "ragged": (SERIES.replace("\t-4e1\t6", "\t-4e1"), {}, "line 15: ragged table: 3 fields, the header has 4"),
    "text": (SERIES.replace("-4e1", "low"), {}, r"line 15: expected numbers, found 'low' \(p_2 in GSM2\)"),
    "twice": (SERIES.replace('\t"GSM2"\t"GSM3"\n"p_1"', '\t"GSM1"\t"GSM3"\n"p_1"'), {}, "duplicate sample names: GSM1"),
    "turned": (SERIES, {"orientation": "samples_by_features"}, "has features in rows"),
    "label": (SERIES, {"id": "ID_REF"}, "leave `id` out"),
    "another file": ("gene,a\nG1,1\n", {}, "not a series matrix"),
}


@pytest.mark.parametrize("case", NO_MATRIX)
def test_a_broken_table_is_one_message(read, case):
    content, keys, message = NO_MATRIX[case]
    with pytest.raises(StratifyError, match=message):
        read("modality", content, **keys)


NO_SAMPLES = {
    "no accessions": (_without("!Sample_geo"), "there is no !Sample_geo_accession line"),
    "ragged": (SERIES.replace('\t"age: 47"', ""), "line 7: !Sample_characteristics_ch1 has 2 values for 3 samples"),
    "two values of a key": (
        SERIES.replace("response: CR", "age: 62"),
        "line 8: sample GSM1 has two values of 'age': '61' and '62'",
    ),
    "accession twice": (SERIES.replace('"GSM2"', '"GSM1"', 1), "duplicate sample names: GSM1"),
    "open quote": (SERIES.replace('"age: 61"', '"age: 61'), "line 7: quotes do not match"),
}


@pytest.mark.parametrize("case", NO_SAMPLES)
def test_broken_sample_lines_are_one_message(read, case):
    content, message = NO_SAMPLES[case]
    with pytest.raises(StratifyError, match=message):
        read("clinical", content)


def test_another_encoding_is_named(read):
    content = gzip.compress(SERIES.replace("Patient 1", "Malmö").encode("latin-1"))
    with pytest.raises(StratifyError, match=r"not utf-8-sig text.*declare its `encoding:`"):
        read("clinical", content)
    assert read("clinical", content, encoding="latin-1")["title"].iloc[0] == "Malmö"
