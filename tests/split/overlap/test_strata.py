import pandas as pd

from stratify.split.overlap.strata import members, strata

COLUMN = "clin.cancer_type"


def patients(name, *types):
    index = [f"{name}:{number}" for number in range(len(types))]
    return pd.DataFrame({COLUMN: pd.Series(types, index=index, dtype="str")})


def test_one_number_for_one_type_in_both_cohorts():
    first, second = patients("a", "renal", "nsclc", None), patients("b", "nsclc", "bladder")
    one, other = strata(first, second)
    assert one["a:1"] == other["b:0"]
    assert one["a:2"] == -1
    assert len({one["a:0"], one["a:1"], other["b:1"]}) == 3
    groups = members(first.index, second.index, (one, other))
    assert [(rows.tolist(), columns.tolist()) for rows, columns in groups] == [([1], [0])]


def test_where_one_file_does_not_say_everyone_is_compared_with_everyone():
    first, second = patients("a", "renal", "nsclc"), patients("b", None, None)
    for silent in (second, second.drop(columns=COLUMN)):
        groups = members(first.index, silent.index, strata(first, silent))
        assert [(rows.tolist(), columns.tolist()) for rows, columns in groups] == [([0, 1], [0, 1])]
    assert len(members(first.index, second.index, None)) == 1
    assert members(first.index, second.index[:0], None) == []
