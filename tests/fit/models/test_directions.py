import pytest

from stratify.errors import StratifyError
from stratify.fit.models import MODELS
from stratify.fit.models.directions import signs_of


def test_signs_stand_in_the_order_of_the_columns():
    assert signs_of(["a", "b", "c"], {"c": "increasing", "a": "decreasing"}) == [-1, 0, 1]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("wrong", ["clin.level", "clin.risingg"])
def test_a_direction_of_no_number_is_refused_by_every_model(name, wrong, patients):
    with pytest.raises(StratifyError, match=f"directions: '{wrong}' is not a number"):
        MODELS[name](patients[0], 0, {wrong: "increasing"})
