"""No text that comes from elsewhere runs as a formula in a spreadsheet."""

import openpyxl
import pandas as pd
import pytest

from stratify.score.patients import write_rows
from stratify.spreadsheet import without_formulas

FORMULAS = [
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "-", "\t=1", "\r=1", "\n=1", "\tplain", "  =1+1", "\u00a0=1",
    "\ufeff=1", "\u200b=1", '"=1+1', "＝1+1", "＋1", "－1", "＠SUM(A1)", "-inf", "+1_0", "-1\n",
]  # fmt: skip
HARMLESS = ["a", "a=b", "-1.5", "+1", "-1e-5", "-.5", "", " a", "'=1", "1-2", "CD8A"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe_in_cells_levels_and_names(text):
    table = pd.DataFrame({text: [text, "b"], "level": pd.Categorical([text, "b"])})
    escaped = without_formulas(table)
    assert list(escaped.columns) == [f"'{text}", "level"]
    assert escaped.iloc[0].tolist() == [f"'{text}"] * 2


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_and_numbers_stay_as_they_are(text):
    escaped = without_formulas(pd.DataFrame({text: [text], "n": [-1.5]}))
    assert list(escaped.columns) == [text, "n"]
    assert escaped.iloc[0].tolist() == [text, -1.5]


def test_two_columns_of_one_name_stay_two():
    table = pd.DataFrame([["=1", -2, None]], columns=["=a", "=a", "b"])
    assert without_formulas(table).columns.tolist() == ["'=a", "'=a", "b"]
    assert without_formulas(table).iloc[0].tolist()[:2] == ["'=1", -2]


def test_a_workbook_holds_no_formula(tmp_path):
    path = tmp_path / "a.xlsx"
    write_rows(pd.DataFrame({"=HYPERLINK(1)": ["=1+1"]}, index=pd.Index(["=2"], name="=id")), path)
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells] == ["s"] * 4
    assert all(cell.value.startswith("'=") for cell in cells)
