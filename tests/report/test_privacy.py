import pytest

from stratify.report.privacy import hide_ids

IDS = ["gide:ERR2208887", "sksurv:17", "desmedt:arm1:P13"]


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
    ],
)
def test_hide_ids(text, expected):
    assert hide_ids(text, IDS) == expected
