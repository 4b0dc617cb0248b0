import pytest

from stratify.errors import StratifyError
from stratify.harmonize.units import UNITS, factor_to, unit_of
from stratify.harmonize.vocabulary import VOCABULARY, nearest_term, term_for


@pytest.mark.parametrize(
    ("name", "unit", "value", "expected"),
    [
        ("os_days", "month", 12, 365.25),
        ("os_days", "months", 1, 30.4375),
        ("os_days", "year", 5, 1826.25),
        ("os_days", "weeks", 2, 14),
        ("os_days", "day", 7, 7),
        ("age_years", "month", 6, 0.5),
        ("age_years", "days", 365.25, 1),
        ("tumor_size_cm", "mm", 22, 2.2),
        ("albumin_g_per_dl", "g_per_l", 41, 4.1),
        ("albumin_g_per_dl", "mg_per_dl", 4100, 4.1),
        ("pdl1_tps_percent", "fraction", 0.5, 50),
        ("height_cm", "m", 1.8, 180),
        ("platelets_k_per_ul", "per_ul", 250_000, 250),
    ],
)
def test_conversions(name, unit, value, expected):
    assert value * factor_to(name, unit, "here") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "unit", "message"),
    [
        ("os_days", "monts", "unknown unit 'monts'; did you mean 'month'?"),
        ("nlr", "percent", "the name 'nlr' does not end in a unit"),
        ("os_days", "mm", r"'mm' \(length\) does not convert to 'day' \(time\)"),
        ("glucose_mg_per_dl", "mmol_per_l", "does not convert"),
    ],
)
def test_what_does_not_convert_is_said(name, unit, message):
    with pytest.raises(StratifyError, match=message):
        factor_to(name, unit, "here")


@pytest.mark.parametrize(
    ("name", "unit"),
    [("crp_mg_per_l", "mg_per_l"), ("bmi_kg_per_m2", "kg_per_m2"), ("tmb_per_mb", "per_mb"), ("platform", None)],
)
def test_the_longest_ending_is_the_unit(name, unit):
    assert unit_of(name) == unit


def test_every_term_is_consistent():
    for name, term in VOCABULARY.items():
        assert term.description, name
        assert term.levels is None or term.plausible is None, name
        if term.kind == "category":
            assert unit_of(name) is None, name
            assert all(isinstance(level, str) for level in term.levels or ()), name
        elif term.levels is None:
            assert term.plausible is not None, name
            assert term.plausible[0] < term.plausible[1], name
        if unit_of(name) is not None:
            assert unit_of(name) in UNITS


def test_any_time_and_event_is_known():
    assert term_for("ttnt_days").kind == "number"
    assert term_for("ttnt_event").levels == (0, 1)
    assert term_for("favourite_colour") is None
    assert term_for("_days") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("age", "did you mean 'age_years'?"),
        ("albumin", "did you mean 'albumin_g_per_dl'?"),
        ("pdl1", "did you mean 'pdl1_tps_percent' or 'pdl1_cps'?"),
        ("stag", "did you mean 'stage' or 'stage_iv'?"),
        ("tumor_size_mm", "did you mean 'tumor_size_cm'?"),
    ],
)
def test_a_known_name_that_goes_on_from_what_was_written_is_meant_first(written, meant):
    assert nearest_term(written) == meant
