"""Files of patients to score that cannot be scored as they are."""

import gzip
import io
from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from corpus import Case, written_model

GOOD = "patient_id,clin.age_years,gene.CD8A\na,61,4.5\nb,55,5.5\n"
ROWS = pd.read_csv(io.StringIO(GOOD))


def case(name, content, message, file="p.csv"):
    def make(folder):
        path = folder / file
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        output = folder / "results/scores.csv"
        return ["score", "--model", str(written_model(folder)), "--input", str(path), "--output", str(output)]

    return Case(name, make, rf"{file.replace('.', '[.]')}{message}")


def parquet(**changes):
    held = io.BytesIO()
    ROWS.assign(**changes).to_parquet(held)
    return held.getvalue()


def workbook(change):
    book = openpyxl.Workbook()
    for row in [list(ROWS.columns), *ROWS.to_numpy().tolist()]:
        book.active.append(row)
    change(book.active)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def titled(sheet):
    sheet.insert_rows(1)
    sheet.cell(1, 1, "Cohort A")
    sheet.merge_cells("A1:C1")


def wide():
    names = ",".join(f"x{number}" for number in range(100_000))
    return f"patient_id,{names}\na{',1' * 100_000}\n"


TEXT = [
    case("empty", "", ": the file is empty"),
    case("blank lines", "\n \n", ": the file is empty"),
    case("header alone", "patient_id,clin.age_years\n", ": a header but no patients"),
    case("utf-16", GOOD.encode("utf-16"), r", line 1: not UTF-8 text \(byte 1\)"),
    case("utf-16 without a mark", GOOD.encode("utf-16-le"), ", line 1: a NUL character.*UTF-16"),
    case("latin-1", GOOD.replace("b,", "é,").encode("latin-1"), ", line 3: not UTF-8 text"),
    case("NUL in an identifier", GOOD.replace("b,", "b\0,"), ", line 3: a NUL character"),
    case("tabs in a csv", GOOD.replace(",", "\t"), ": no column 'patient_id'.*separated by tabs"),
    case("commas in a tsv", GOOD, ": no column 'patient_id'.*separated by commas", "p.tsv"),
    case("bars", GOOD.replace(",", "|"), ": no column 'patient_id'.*separated by bars"),
    case("decimal commas", GOOD.replace(",", ";").replace("4.5", "4,5"), ": column 'gene.CD8A' .*'4,5'.*write a point"),
    case("row too long", GOOD + "c,1,2,3\n", ", line 4: 4 cells, the header has 3"),
    case("row too short", GOOD + "c,1\n", ", line 4: 2 cells, the header has 3"),
    case("title above the header", "Cohort A\n" + GOOD, ", line 2: 3 cells, the header has 1"),
    case("quote never closed", GOOD.replace("b,", '"b,'), ", line 3: unexpected end .*quotation mark never closed"),
    case("identifier twice", GOOD + "a,1,2\n", ": 1 identifier in 'patient_id' stands more than once: 'a'"),
    case("patient without identifier", GOOD.replace("b,", ","), ": 1 patient has an empty 'patient_id'.*row 2"),
    case("no identifiers", GOOD.replace("patient_id", "pid"), ": no column 'patient_id'"),
    case("identifiers twice", GOOD.replace("gene.CD8A", "patient_id"), ": column 'patient_id' stands twice"),
    case("feature twice", GOOD.replace("gene.CD8A", "clin.age_years"), ": column 'clin.age_years' stands twice"),
    case("column without a name", GOOD.replace("gene.CD8A", ""), ": column 3 has values but no name"),
    case("infinite", GOOD.replace("61", "inf"), r": column 'clin.age_years' must hold finite.*'inf' \(patient a\)"),
    case("number beyond all", GOOD.replace("61", "1e999"), ": column 'clin.age_years' must hold finite.*'1e999'"),
    case(
        "date for a number", GOOD.replace("61", "2020-01-02"), r": column 'clin.age_years' .*'2020-01-02' \(patient a"
    ),
    case("percent", GOOD.replace("61", "61%"), r": column 'clin.age_years' must hold numbers.*'61%' \(patient a\)"),
    case("no feature of the model", "patient_id,shoe_size\na,44\n", ": the file has none of the model's 2 features"),
    case("100,000 unknown columns", wide(), ": the file has none of the model's 2 features"),
    case("field without end", GOOD + f"c,{'1' * 200_000},2\n", ", line 4: field larger .*quotation mark never closed"),
    case("page of a web site", "<html><body>Sign in</body></html>\n", ": no column 'patient_id'.*<html>"),
    case("gz called csv", gzip.compress(GOOD.encode()), ", line 1: not UTF-8 text"),
    case("gz", gzip.compress(GOOD.encode()), ": unknown format '.gz'", "p.csv.gz"),
    case("binary", bytes(range(1, 256)), ", line 2: not UTF-8 text"),
]
TABLES = [
    case("truncated parquet", parquet()[:300], ": not a readable .parquet file", "p.parquet"),
    case("text called parquet", GOOD, ": not a readable .parquet file", "p.parquet"),
    case("parquet called csv", parquet(), ": not a .csv file but a parquet file; rename it to p.parquet"),
    case("lists for identifiers", parquet(patient_id=[[1, 2]] * 2), ": column 'patient_id': expected one", "p.parquet"),
    case(
        "dates for numbers in parquet",
        parquet(**{"clin.age_years": pd.Timestamp("2020-01-01")}),
        ": column 'clin.age_years' must hold numbers.*2020-01-01",
        "p.parquet",
    ),
    case("lists for numbers", parquet(**{"gene.CD8A": [[1, 2]] * 2}), ": column 'gene.CD8A' must hold", "p.parquet"),
    case("truncated xlsx", workbook(lambda sheet: None)[:900], ": not a readable .xlsx file", "p.xlsx"),
    case("text called xlsx", GOOD, ": not an Excel file; is it csv", "p.xlsx"),
    case("xlsx with a password", b"\xd0\xcf\x11\xe0" + bytes(600), ": .*password", "p.xlsx"),
    case("old xls", b"\xd0\xcf\x11\xe0" + bytes(600), ": unknown format '.xls'", "p.xls"),
    case("merged title", workbook(titled), ": column 2 has values but no name.*merged", "p.xlsx"),
    case("merged header", workbook(lambda sheet: sheet.merge_cells("B1:C1")), ": column 3 .*no merged", "p.xlsx"),
    case(
        "merged identifiers", workbook(lambda sheet: sheet.merge_cells("A2:A3")), ": 1 patient has an empty", "p.xlsx"
    ),
    case(
        "formula without a value",
        workbook(lambda sheet: sheet.cell(2, 2, "=60+1")),
        ", sheet 'Sheet', row 2, column B: a formula without a saved value, '=60[+]1'",
        "p.xlsx",
    ),
    case(
        "date in a workbook",
        workbook(lambda sheet: sheet.cell(2, 2, datetime(2020, 1, 2))),
        ": column 'clin.age_years' must hold numbers.*2020-01-02",
        "p.xlsx",
    ),
    case(
        "error in a workbook", workbook(lambda sheet: sheet.cell(2, 2, "#DIV/0!")), ": .*'#DIV/0!' .patient a", "p.xlsx"
    ),
    case("first sheet empty", workbook(lambda sheet: sheet.delete_rows(1, 9)), ": the file is empty", "p.xlsx"),
]


@pytest.mark.parametrize("case", [*TEXT, *TABLES], ids=lambda case: case.name)
def test_one_message(check, case):
    check(case)
