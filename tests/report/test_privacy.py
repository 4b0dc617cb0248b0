import pytest

from stratify.report.privacy import hide_ids

IDS = ["gide:ERR2208887", "sksurv:17", "desmedt:arm1:P13", "loi:Mrs Doe 4", "loi:Mrs Doe", "loi:12-345", "loi:P13+"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first ERR2208887, then others", "first [patient], then others"),
        ("gide:ERR2208887 = desmedt:arm1:P13; …", "[patient] = [patient]; …"),
        ("(sksurv:17)", "([patient])"),
        ("17 rows", "17 rows"),
        ("P13.", "[patient]."),
        ("P130 and XP13 stay", "P130 and XP13 stay"),
        ("gene.CXCL9", "gene.CXCL9"),
        ("loi:Mrs Doe 4 = Mrs Doe 4, Mrs Doe", "[patient] = [patient], [patient]"),
        ("12-345, P13+", "[patient], [patient]"),
        ("<b>P13</b> & ERR2208887", "<b>[patient]</b> & [patient]"),
    ],
)
def test_hide_ids(text, expected):
    assert hide_ids(text, IDS) == expected


def test_without_identifiers_nothing_changes():
    assert hide_ids("P13, 17 rows", []) == "P13, 17 rows"
    assert hide_ids("17 rows, female", ["17", "female"]) == "17 rows, female"
