import warnings

import pytest
from sklearn.exceptions import InconsistentVersionWarning

import stratify
from stratify.errors import StratifyError
from stratify.score import versions
from stratify.score.versions import differences, installed, is_later, naming_versions, restored_by


@pytest.fixture
def here(monkeypatch) -> dict[str, str]:
    monkeypatch.setattr(versions, "version", lambda name: "2.0")
    monkeypatch.setattr(versions.platform, "python_version", lambda: "3.12.1")
    monkeypatch.setattr(stratify, "__version__", "0.5.0")
    return installed()


def test_what_is_installed_is_named_with_its_version(here):
    libraries = ["lightgbm", "numpy", "pandas", "scikit-learn", "scipy", "skops"]
    assert here == {"python": "3.12.1", "stratify-omics": "0.5.0", **dict.fromkeys(libraries, "2.0")}
    assert differences(here) == []


def test_differences_say_what_was_and_what_is(here):
    assert differences(here | {"numpy": "1.0", "python": "3.11.7"}) == [
        "python was 3.11.7, is 3.12.1 here",
        "numpy was 1.0, is 2.0 here",
    ]


@pytest.mark.parametrize(
    ("then", "way"),
    [
        (
            {"numpy": "1.0"},
            "`pip install lightgbm==2.0 numpy==1.0 pandas==2.0 scikit-learn==2.0 scipy==2.0 skops==2.0`",
        ),
        ({"stratify-omics": "0.4.0"}, "stratify-omics 0.4.0"),
        (
            {"numpy": "1.0", "python": "3.11.7"},
            "`pip install lightgbm==2.0 numpy==1.0 pandas==2.0 scikit-learn==2.0 scipy==2.0 skops==2.0`, python 3.11.7",
        ),
    ],
)
def test_the_way_back(here, then, way):
    assert restored_by(here | then) == way


@pytest.mark.parametrize(
    ("found", "later"),
    [("0.5.0", False), ("0.4.9", False), ("0.5.1", True), ("0.10.0", True), ("1.0.0rc1", True), ("x", False)],
)
def test_later_is_by_number_not_by_letter(here, found, later):
    assert is_later(found) is later


def test_an_error_gets_the_versions_only_where_they_differ(here):
    told = r"^broken; numpy was 1\.0, is 2\.0 here; restored by `pip install"
    with pytest.raises(StratifyError, match=told), naming_versions(here | {"numpy": "1.0"}):
        raise StratifyError("broken")
    for made_with in (here, None):
        with pytest.raises(StratifyError, match=r"^broken$"), naming_versions(made_with):
            raise StratifyError("broken")


def test_the_librarys_own_warning_of_versions_is_silent_and_no_other(here):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with naming_versions(here):
            warnings.warn(
                InconsistentVersionWarning(
                    estimator_name="A", current_sklearn_version="2", original_sklearn_version="1"
                ),
                stacklevel=1,
            )
            warnings.warn("another", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in caught] == ["another"]
