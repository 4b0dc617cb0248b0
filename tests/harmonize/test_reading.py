"""Every format and layout gives the same table."""

import bz2
import gzip
import lzma
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import arff

from stratify.errors import StratifyError
from stratify.harmonize.readers import reader_for, table
from stratify.harmonize.readers.grid import grid_to_frame
from stratify.harmonize.readers.workbook import cell_text

READER = reader_for("table")
TABLE = pd.DataFrame(
    {"id": ["007", "P2", "P3"], "age": ["61", None, "47.5"], "site": ["Malmö", "a,b", None]}, dtype="str"
)


def write_text(frame, path, sep=",", encoding="utf-8"):
    frame.to_csv(path, sep=sep, index=False, encoding=encoding)


def write_arff(frame, path):
    lines = ["% a comment", "@RELATION 'a cohort'", "@ATTRIBUTE id string", "@attribute age numeric"]
    lines += ["@attribute site {'Malmö','a,b'}", "", "@DATA"]
    for row in frame.itertuples():
        quoted = ["?" if pd.isna(cell) else f"'{cell}'" for cell in (row.id, row.age, row.site)]
        lines.append(",".join([quoted[0], quoted[1].strip("'"), quoted[2]]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


WRITERS = {
    "t.csv": write_text,
    "t.tsv": lambda frame, path: write_text(frame, path, "\t"),
    "t.txt": lambda frame, path: write_text(frame, path, "\t"),
    "t.xlsx": lambda frame, path: frame.to_excel(path, index=False),
    "t.parquet": lambda frame, path: frame.to_parquet(path),
    "t.arff": write_arff,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_text(tmp_path, clinical, name):
    WRITERS[name](TABLE, tmp_path / name)
    found = READER.read_clinical(tmp_path / name, clinical())
    pd.testing.assert_frame_equal(found.reset_index(drop=True), TABLE)


def zipped(data, path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(path.stem, data)


COMPRESS = {
    ".gz": lambda data, path: path.write_bytes(gzip.compress(data)),
    ".bz2": lambda data, path: path.write_bytes(bz2.compress(data)),
    ".xz": lambda data, path: path.write_bytes(lzma.compress(data)),
    ".zip": zipped,
}


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("name", ["t.csv", "t.arff", "t.parquet"])
def test_compressed_files_read_the_same(tmp_path, clinical, name, suffix):
    WRITERS[name](TABLE, tmp_path / name)
    packed = tmp_path / (name + suffix)
    COMPRESS[suffix]((tmp_path / name).read_bytes(), packed)
    found = READER.read_clinical(packed, clinical())
    pd.testing.assert_frame_equal(found.reset_index(drop=True), TABLE)


LAYOUTS = {
    "byte-order mark": ("id,age\n1,2\n".encode("utf-8-sig"), {}),
    "windows lines": (b"id,age\r\n1,2\r\n", {}),
    "separator": (b"id;age\n1;2\n", {"separator": ";"}),
    "lines above": (b"Title of the table\n\nid,age\n1,2\n", {"skip_rows": 2}),
    "comments and blank lines": (b"# made by\nid,age\n\n# a note, with a comma, and another\n1,2\n", {"comment": "#"}),
    "spaces around names": (b"id , age\n1,2\n", {}),
    "latin-1": ("id,age,ö\n1,2,é\n".encode("latin-1"), {"encoding": "latin-1"}),
    "row names, header one short": (b"id,age\nr1,1,2\n", {"index_column": True}),
    "row names, empty header": (b'"",id,age\nr1,1,2\n', {"index_column": True}),
    "transposed": (b"id,1\nage,2\n", {"orientation": "features_by_samples"}),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(tmp_path, clinical, layout):
    content, keys = LAYOUTS[layout]
    (tmp_path / "t.csv").write_bytes(content)
    found = READER.read_clinical(tmp_path / "t.csv", clinical(**keys))
    assert found[["id", "age"]].to_numpy().tolist() == [["1", "2"]]


def test_row_names_become_the_index(tmp_path, clinical):
    (tmp_path / "t.txt").write_text('"age"\t"sex"\n"a 1"\t61\t"F"\n"a 2"\t47\tNA\n')
    found = READER.read_clinical(tmp_path / "t.txt", clinical(index_column=True, id=None))
    assert found.index.tolist() == ["a 1", "a 2"]
    assert found["sex"].isna().tolist() == [False, True]


def test_a_transposed_table_needs_no_unique_header(tmp_path, clinical):
    (tmp_path / "t.tsv").write_text("study\tA\tA\nid\ts1\ts2\n")
    found = READER.read_clinical(tmp_path / "t.tsv", clinical(orientation="features_by_samples"))
    assert found.to_numpy().tolist() == [["A", "s1"], ["A", "s2"]]


def test_missing_texts_are_declared(tmp_path, clinical):
    (tmp_path / "t.csv").write_text("id,x\n1,NA\n2,-99\n3,\n")
    found = READER.read_clinical(tmp_path / "t.csv", clinical())["x"]
    assert found.isna().tolist() == [True, False, True]
    found = READER.read_clinical(tmp_path / "t.csv", clinical(missing=["-99"]))["x"]
    assert found.isna().tolist() == [False, True, True]


def test_workbook_cells_become_what_one_reads_in_them():
    values = [1.0, 2.5, 3, True, None, float("nan"), "007", pd.Timestamp("2020-02-01"), 1e300]
    assert [cell_text(value) for value in values] == [
        *["1", "2.5", "3", "true", "", "", "007", "2020-02-01T00:00:00", "1e+300"]
    ]


def test_a_sheet_is_chosen_by_name(tmp_path, clinical):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        pd.DataFrame({"id": [0]}).to_excel(book, sheet_name="Notes", index=False)
        TABLE.to_excel(book, sheet_name="Gide", index=False, startrow=2)
    found = READER.read_clinical(tmp_path / "t.xlsx", clinical(sheet="Gide"))
    assert found["id"].tolist() == ["007", "P2", "P3"]
    with pytest.raises(StratifyError, match=r"no sheet 'gide'; did you mean 'Gide'\?"):
        READER.read_clinical(tmp_path / "t.xlsx", clinical(sheet="gide"))


BROKEN = {
    "empty file": ("t.csv", b"", {}, "the file is empty"),
    "header only": ("t.csv", b"id,age\n", {}, "the table is empty"),
    "blank": ("t.csv", b"\n\n", {}, "the table is empty"),
    "ragged, long": ("t.csv", b"id,age\n1,2\n1,2,3\n", {}, "ragged table: the header has 2 fields.*row 2 has 3"),
    "ragged, short": ("t.csv", b"id,age\n1,2\n1\n", {}, "ragged table.*row 2 has 1"),
    "row names not declared": ("t.csv", b"age\n1,2\n3,4\n", {}, "write `index_column: true`"),
    "row names with a header": ("t.csv", b"id,age\n1,2\n", {"index_column": True}, "write `id: id`"),
    "not this encoding": ("t.csv", "id\nMalmö\n".encode("latin-1"), {}, "declare its `encoding:`"),
    "unknown encoding": ("t.csv", b"id\n1\n", {"encoding": "latin-99"}, "unknown encoding"),
    "open quote": ("t.csv", b'id,age\n"1,2\n', {}, "not readable as a text table"),
    "not gzip": ("t.csv.gz", b"id,age\n1,2\n", {}, "not readable: Not a gzipped file"),
    "cut gzip": ("t.csv.gz", gzip.compress(b"id,age\n" * 99)[:-12], {}, "not readable"),
    "not a workbook": ("t.xlsx", b"id,age\n", {}, "not a readable xlsx workbook"),
    "not parquet": ("t.parquet", b"id,age\n", {}, "not a readable parquet file"),
    "unknown ending": ("t.rds", b"x", {}, r"cannot tell the format from the ending '\.rds'"),
    "arff without data": ("t.arff", b"@relation a\n@attribute id string\n", {}, "no @data line"),
    "arff, other level": ("t.arff", b"@relation a\n@attribute x {a,b}\n@data\nc\n", {}, "line 4: 'c' is none of the"),
    "arff, ragged": ("t.arff", b"@relation a\n@attribute x {a,b}\n@data\na,b\n", {}, "2 fields for 1 attributes"),
    "arff, sparse": ("t.arff", b"@relation a\n@attribute x numeric\n@data\n{0 1}\n", {}, "sparse"),
    "arff, twice": ("t.arff", b"@relation a\n@attribute x real\n@attribute x real\n", {}, "declared twice"),
    "arff, quote": ("t.arff", b"@relation a\n@attribute x string\n@data\n'a\\'b'c\n", {}, "line 4: quotes"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_is_one_message(tmp_path, clinical, case):
    name, content, keys, message = BROKEN[case]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StratifyError, match=message) as raised:
        READER.read_clinical(tmp_path / name, clinical(**keys))
    assert name in str(raised.value)


def test_a_missing_file_says_how_to_get_it(tmp_path, clinical):
    with pytest.raises(StratifyError, match=r"gone.csv: the raw file is missing; `stratify fetch`.*--forcerun fetch"):
        READER.read_clinical(tmp_path / "gone.csv", clinical())


def test_a_zip_of_several_files_is_refused(tmp_path, clinical):
    with zipfile.ZipFile(tmp_path / "t.csv.zip", "w") as archive:
        archive.writestr("a.csv", "id\n1\n")
        archive.writestr("b.csv", "id\n1\n")
    with pytest.raises(StratifyError, match=r"expected one file inside, found 2 \(a.csv, b.csv\)"):
        READER.read_clinical(tmp_path / "t.csv.zip", clinical())


def test_arff_equals_the_reference_reader(tmp_path, clinical):
    content = (
        "% note\n@relation 'r r'\n@attribute age numeric\n@attribute 'e.tdm' {0,1}\n"
        "@attribute grade {well differentiated,poorly differentiated}\n@data\n"
        "61.5,0,well differentiated\n?,1,poorly differentiated\n-3e2,1,?\n"
    )
    (tmp_path / "t.arff").write_text(content)
    found = READER.read_clinical(tmp_path / "t.arff", clinical(id=None))
    records, _ = arff.loadarff(tmp_path / "t.arff")
    expected = pd.DataFrame(records)
    assert list(found) == list(expected)
    np.testing.assert_array_equal(found["age"].astype(float), expected["age"])
    for name in ("e.tdm", "grade"):
        assert found[name].fillna("?").tolist() == [value.decode() for value in expected[name]]


# measurements


def test_both_ways_to_read_numbers_agree(tmp_path, modality, monkeypatch):
    rng = np.random.default_rng(0)
    values = pd.DataFrame(rng.normal(size=(50, 6)), columns=list("abcdef"), index=[f"G{at}" for at in range(50)])
    values.iloc[3, 2] = np.nan
    values.iloc[4, 1] = np.inf
    layout = modality(columns="[abcd]")
    values.rename_axis("gene").to_csv(tmp_path / "m.csv", na_rep="NA")
    fast = READER.read_modality(tmp_path / "m.csv", layout)
    monkeypatch.setattr(table.delimited, "read_numbers", lambda *_: None)
    slow = READER.read_modality(tmp_path / "m.csv", layout)
    pd.testing.assert_frame_equal(fast, slow, check_names=False, check_exact=True)
    pd.testing.assert_frame_equal(fast, values[list("abcd")].astype("float32"), check_names=False, rtol=1e-6)
    assert set(fast.dtypes) == {np.dtype("float32")}


NUMBERS = {
    "plain": ("m.csv", b"gene,a,b\nX,1,2\nY,,4\n", {}),
    "decimal comma": ("m.csv", b"gene;a;b\nX;1,0;2\nY;NA;4,0\n", {"separator": ";", "decimal": ","}),
    "comments": ("m.csv", b"#n\ngene,a,b\nX,1,2\nY,nan,4\n", {"comment": "#"}),
    "row names": ("m.tsv", b'"a"\t"b"\n"X"\t1\t2\n"Y"\tNA\t4\n', {"index_column": True, "id": None}),
    "row numbers and names": ("m.tsv", b"gene\ta\tb\n1\tX\t1\t2\n2\tY\tNA\t4\n", {"index_column": True}),
    "spaces": ("m.csv", b"gene,a,b\n X , 1,2\nY,,4 \n", {}),
    "byte-order mark": ("m.csv", b"\xef\xbb\xbfgene,a,b\nX,1,2\nY,,4\n", {}),
    "quoted": ("m.csv", b'"gene","a","b"\n"X","1","2"\n"Y","","4"\n', {}),
    "arff": (
        "m.arff",
        b"@relation r\n@attribute gene string\n@attribute a real\n@attribute b real\n@data\nX,1,2\nY,?,4\n",
        {},
    ),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_measurements_in_every_layout(tmp_path, modality, case):
    name, content, keys = NUMBERS[case]
    (tmp_path / name).write_bytes(content)
    found = READER.read_modality(tmp_path / name, modality(**keys))
    assert found.index.str.strip().tolist() == ["X", "Y"]
    assert found.columns.tolist() == ["a", "b"]
    np.testing.assert_array_equal(found.to_numpy(), np.float32([[1, 2], [np.nan, 4]]))


@pytest.mark.parametrize("name", ["m.xlsx", "m.parquet"])
def test_measurements_of_a_typed_file(tmp_path, modality, name):
    frame = pd.DataFrame({"gene": ["X", "Y"], "a": [1.5, np.nan], "b": [2, 4]})
    write = {"m.xlsx": frame.to_excel, "m.parquet": frame.to_parquet}[name]
    write(tmp_path / name, index=False)
    found = READER.read_modality(tmp_path / name, modality())
    assert found.index.tolist() == ["X", "Y"]
    np.testing.assert_array_equal(found.to_numpy(), np.float32([[1.5, 2], [np.nan, 4]]))


@pytest.mark.parametrize("values", ["1,2", "NA,2"])
def test_a_feature_may_be_called_na(tmp_path, modality, values):
    for comment in (None, "#"):
        (tmp_path / "m.csv").write_text(f"gene,a,b\nNA,{values}\nX,1,2\n")
        assert READER.read_modality(tmp_path / "m.csv", modality(comment=comment)).index.tolist() == ["NA", "X"]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("pack", ["", ".gz"])
def test_numbers_with_and_without_quotes_packed_or_plain(tmp_path, modality, quote, pack):
    lines = ["gene,a,b", *(f"{quote}G{at}{',' if quote else ''}x{quote},{at}.5,{-at}" for at in range(300))]
    path = tmp_path / f"m.csv{pack}"
    text = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(text) if pack else text)
    found = table.delimited.read_numbers(path, modality(), "gene", None)
    assert found.index[[0, 299]].tolist() == (["G0,x", "G299,x"] if quote else ["G0x", "G299x"])
    np.testing.assert_array_equal(found.to_numpy(), np.float32([[at + 0.5, -at] for at in range(300)]))


def test_a_nameless_column_of_measurements_is_not_dropped(tmp_path, modality):
    (tmp_path / "m.csv").write_text("gene,a,\nX,1,2\n")
    assert READER.read_modality(tmp_path / "m.csv", modality()).columns.tolist() == ["a", ""]
    (tmp_path / "m.csv").write_text(",gene,a\n1,X,2\n")
    assert READER.read_modality(tmp_path / "m.csv", modality()).columns.tolist() == ["a"]


def test_text_among_numbers_names_value_feature_and_column(tmp_path, modality):
    (tmp_path / "m.csv").write_text("gene,a,b\nX,1,2\nY,1,<5\nZ,1,low\n")
    with pytest.raises(StratifyError, match=r"m.csv: column 'b': expected numbers, found 2 values: '<5' \(Y\)"):
        READER.read_modality(tmp_path / "m.csv", modality())


@pytest.mark.parametrize("line", ["Y,1", "Y,1,2,3"])
def test_a_ragged_row_of_numbers_is_never_filled_up(tmp_path, modality, line):
    (tmp_path / "m.csv").write_text(f"gene,a,b\nX,1,2\n{line}\n")
    with pytest.raises(StratifyError, match=r"ragged table.*row 2 has"):
        READER.read_modality(tmp_path / "m.csv", modality())


def test_columns_that_are_not_there(tmp_path, modality):
    (tmp_path / "m.csv").write_text("gene,a,a\nX,1,2\n")
    with pytest.raises(StratifyError, match=r"no column 'genes'; did you mean 'gene'\?"):
        READER.read_modality(tmp_path / "m.csv", modality(id="genes"))
    with pytest.raises(StratifyError, match=r"no column matches the pattern '\^z'"):
        READER.read_modality(tmp_path / "m.csv", modality(columns="^z"))
    with pytest.raises(StratifyError, match=r"2 columns are called 'a' \(numbers 2, 3\)"):
        READER.read_modality(tmp_path / "m.csv", modality(id="a"))


def test_what_is_no_text_is_said_to_be_that(tmp_path, modality):
    for content, message in [
        (b"gene\0a", "holds bytes that no text has"),
        ("gene,a\nX,1\n".encode("utf-16"), "utf-16 text, not utf-8-sig; write `encoding: utf-16`"),
        (b"\n <!DOCTYPE html>\n<html></html>\n", "a web page, not a table"),
    ]:
        (tmp_path / "m.csv").write_bytes(content)
        with pytest.raises(StratifyError, match=message):
            READER.read_modality(tmp_path / "m.csv", modality())
    (tmp_path / "m.csv").write_bytes("gene,a\nX,1\n".encode("utf-16"))
    assert READER.read_modality(tmp_path / "m.csv", modality(encoding="utf-16")).loc["X", "a"] == 1


def test_a_wrong_separator_is_guessed_in_the_message(tmp_path, modality):
    (tmp_path / "m.csv").write_text("gene;a\nX;1\n")
    with pytest.raises(StratifyError, match="one column only; write its `separator:`, perhaps ';'"):
        READER.read_modality(tmp_path / "m.csv", modality())


def test_an_unknown_reader():
    with pytest.raises(StratifyError, match=r"unknown reader 'tabel'; did you mean 'table'\?"):
        reader_for("tabel")


def test_a_wide_matrix_is_read_in_moments(tmp_path, modality):
    values = np.random.default_rng(0).normal(size=(5000, 90))
    frame = pd.DataFrame(values, index=pd.RangeIndex(5000, name="gene"))
    frame.to_csv(tmp_path / "m.csv")
    started = time.perf_counter()
    assert READER.read_modality(tmp_path / "m.csv", modality()).shape == (5000, 90)
    assert time.perf_counter() - started < 2


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), min_size=1).filter(str.strip)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=5))
def test_text_comes_back_exactly(tmp_path, clinical, rows):
    frame = pd.DataFrame(rows, columns=["id", "x"])
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = READER.read_clinical(tmp_path / "t.csv", clinical(missing=[]))
    assert found.to_numpy().tolist() == [list(row) for row in rows]


def test_grid_orientation_is_an_involution(clinical):
    grid = [["id", "a", "b"], ["1", "2", "3"], ["4", "5", "6"]]
    turned = [list(row) for row in zip(*grid, strict=True)]
    straight = grid_to_frame(grid, clinical(), "t")
    pd.testing.assert_frame_equal(straight, grid_to_frame(turned, clinical(), "t", transpose=True))
