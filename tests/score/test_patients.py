import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.score.patients import read_patients, write_rows

TABLE = pd.DataFrame(
    {"patient_id": ["007", "b", "c"], "clin.age_years": [61.5, 50, None], "clin.sex": ["male", None, "female"]}
)


def write(path, content):
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif path.suffix == ".parquet":
        content.to_parquet(path, index=False)
    else:
        content.to_excel(path, index=False)
    return path


TEXTS = {
    "a.csv": "patient_id,clin.age_years,clin.sex\n007,61.5,male\nb,50,\nc,,female\n",
    "b.csv": "\ufeffpatient_id;clin.age_years;clin.sex\r\n007;61.5;male\r\nb;50;\r\nc;;female\r\n",
    "c.tsv": "patient_id\tclin.age_years\tclin.sex\n007\t61.5\tmale\nb\t50\t\n\nc\t\tfemale\n",
    "d.TXT": 'patient_id\tclin.age_years\tclin.sex\n"007"\t61.5\t"male"\nb\t50\t\nc\t\tfemale',
    "e.parquet": TABLE,
    "f.xlsx": TABLE,
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_format_reads_the_same(name, tmp_path):
    found = read_patients(write(tmp_path / name, TEXTS[name]))
    assert found.index.tolist() == ["007", "b", "c"]
    assert found.index.name == "patient_id"
    assert [float(value) for value in found["clin.age_years"].iloc[:2]] == [61.5, 50]
    assert list(found.columns) == ["clin.age_years", "clin.sex"]


def test_another_id_column_and_whole_numbers_as_identifiers(tmp_path):
    path = tmp_path / "a.xlsx"
    pd.DataFrame({"Subject": [1, 2.0], "x": [1, 2]}).to_excel(path, index=False)
    assert read_patients(path, "Subject").index.tolist() == ["1", "2"]


def test_a_parquet_file_may_hold_identifiers_in_its_index(tmp_path):
    TABLE.set_index("patient_id").to_parquet(tmp_path / "a.parquet")
    assert read_patients(tmp_path / "a.parquet").index.tolist() == ["007", "b", "c"]


def test_empty_lines_and_columns_are_not_patients(tmp_path):
    path = write(tmp_path / "a.csv", "patient_id,x,\na,1,\n,,\nb,2,\n")
    found = read_patients(path)
    assert found.index.tolist() == ["a", "b"]
    assert "x" in found.columns


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", r"a\.csv: the file is empty"),
        ("a.xlsx", pd.DataFrame(), "the file is empty"),
        ("a.csv", "\n\n", "the file is empty"),
        ("a.csv", "patient_id,x\n", "a header but no patients"),
        ("a.parquet", TABLE.iloc[:0], "a header but no patients"),
        (
            "a.csv",
            "patientid,x\na,1\n",
            r"no column 'patient_id' .*; did you mean 'patientid'\?; name another with --id",
        ),
        ("a.csv", "x,y\n1,1\n", "valid names: x, y"),
        ("a.csv", "patient_id,x\na,1\nb,2\na,3\n", "1 identifier in 'patient_id' stands more than once: 'a'"),
        (
            "a.csv",
            "patient_id,x\na,1\n a ,2\nb,1\nb,1\n",
            "2 identifiers in 'patient_id' stand more than once: 'a', 'b'",
        ),
        ("a.csv", "patient_id,x\na,1\n,2\n", "1 patient has an empty 'patient_id', the first in row 2"),
        ("a.csv", "patient_id,patient_id\na,1\n", "column 'patient_id' stands twice"),
        ("a.csv", "patient_id,x\na,1,2\n", r"a\.csv, line 2: 3 cells, the header has 2 \(it starts 'patient_id,x'\)"),
        ("a.tsv", "patient_id\tx\na\n", r"line 2: 1 cell, the header has 2 \(it starts 'patient_id\\tx'\)"),
        ("a.csv", 'patient_id,x\na,"1\n', "line 2: .*quotation mark never closed"),
        ("a.json", "{}", r"unknown format '\.json'; expected one of \.csv"),
        ("a", "patient_id\n", "unknown format ''"),
        ("a.parquet", "nonsense", r"not a readable \.parquet file"),
        ("a.xlsx", "patient_id,x\na,1\n", r"a\.xlsx: not an Excel file; is it csv\? then rename it to a\.csv"),
        ("a.xlsx", "PK\x03\x04nonsense", r"not a readable \.xlsx file"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(name, content, message, tmp_path):
    path = write(tmp_path / name, content)
    with pytest.raises(StratifyError, match=message) as raised:
        read_patients(path)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(StratifyError, match=r"nobody\.csv: no such file"):
        read_patients(tmp_path / "nobody.csv")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_text_that_is_not_utf_8(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes("patient_id,x\nMüller,1\n".encode(encoding))
    with pytest.raises(StratifyError, match=r"a\.csv, line \d: not UTF-8 text \(byte \d+\); save the file as UTF-8"):
        read_patients(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("real", "named", "message"),
    [
        ("a.xlsx", "b.csv", r"not a \.csv file but an Excel file; rename it to b\.xlsx"),
        ("a.parquet", "b.tsv", r"not a \.tsv file but a parquet file; rename it to b\.parquet"),
        ("a.parquet", "b.xlsx", r"not a \.xlsx file but a parquet file"),
    ],
)
def test_a_file_under_the_ending_of_another_format(tmp_path, real, named, message):
    write(tmp_path / real, TABLE).rename(tmp_path / named)
    with pytest.raises(StratifyError, match=message):
        read_patients(tmp_path / named)


def test_a_workbook_of_old_or_with_a_password(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100))
    with pytest.raises(StratifyError, match=r"an old or password-protected Excel file; save it as \.xlsx, without"):
        read_patients(tmp_path / "a.xlsx")


@pytest.mark.parametrize("name", ["folder", "folder.csv"])
def test_a_folder_is_called_a_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    for use in (read_patients, lambda path: write_rows(TABLE, path)):
        with pytest.raises(StratifyError, match=f"{name}: is a folder; name a file"):
            use(tmp_path / name)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt", ".xlsx", ".parquet"])
def test_what_is_written_can_be_read(ending, tmp_path):
    path = tmp_path / f"out{ending}"
    write_rows(TABLE.set_index("patient_id"), path)
    assert read_patients(path).index.tolist() == ["007", "b", "c"]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx"])
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd", "'+cmd"),
        ("-x", "'-x"),
        ("-5", "-5"),
        ("+5.2", "+5.2"),
        ("plain", "plain"),
    ],
)
def test_text_that_a_spreadsheet_would_run_is_escaped(ending, text, written, tmp_path):
    path = tmp_path / f"out{ending}"
    write_rows(pd.DataFrame({"note": [text]}, index=pd.Index(["a"], name="patient_id")), path)
    assert str(read_patients(path)["note"].iloc[0]) == written


def test_parquet_keeps_text_as_it_is(tmp_path):
    write_rows(pd.DataFrame({"note": ["=1+1"]}, index=pd.Index(["a"], name="patient_id")), tmp_path / "a.parquet")
    assert read_patients(tmp_path / "a.parquet")["note"].iloc[0] == "=1+1"
