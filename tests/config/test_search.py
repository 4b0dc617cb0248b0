import pytest

from stratify.config.search import SEARCH_SPACES, effective_search
from stratify.errors import StratifyError


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        ("elastic_nett", {}, "unknown model 'elastic_nett'; did you mean 'elastic_net'"),
        ("elastic_net", {"L1_ratio": [1.0]}, "unknown parameter 'L1_ratio'; did you mean 'l1_ratio'"),
        ("elastic_net", {"C": []}, "give at least one value"),
    ],
)
def test_an_unknown_model_or_parameter_is_named_with_the_nearest(model, changes, message):
    with pytest.raises(StratifyError, match=message):
        effective_search(model, changes)


def test_the_study_changes_only_the_parameters_it_names():
    grid = effective_search("elastic_net", {"C": [9.0]})
    assert grid == {"C": [9.0], "l1_ratio": SEARCH_SPACES["elastic_net"]["l1_ratio"]}
