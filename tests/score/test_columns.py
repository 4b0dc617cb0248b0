import pytest

from stratify.errors import StratifyError
from stratify.score import ModelCard, PatientModel
from stratify.score.columns import check_columns, nearest_column


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("clin.age_years", ["x", "age_years"], "age_years"),
        ("clin.age_years", ["Age Years"], "Age Years"),
        ("clin.age_years", ["age.years"], "age.years"),
        ("clin.age_years", ["clin.age_year"], "clin.age_year"),
        ("clin.age_years", ["clin.sex", "clin.grade"], None),
        ("clin.grade", ["grades", "GRADE"], "GRADE"),
        ("gene.CD8A", ["cd8a"], "cd8a"),
        ("gene.CD8A", ["gene.CD8B", "CD8B"], None),
        ("gene.CXCL10", ["gene.CXCL11"], None),
        ("probe.X219340_s_at", ["219341_s_at", "219340_s_at"], "219340_s_at"),
        ("sig.gep18", ["GEP-18"], "GEP-18"),
        ("clin.sex", [], None),
    ],
)
def test_the_nearest_column(name, columns, expected):
    assert nearest_column(name, columns) == expected


@pytest.mark.parametrize(
    ("columns", "lacking"),
    [
        (["gene.CD8A", "sig.cyt", "clin.sex", "clin.age_years"], []),
        (["gene.CD8A", "gene.GZMA", "gene.PRF1", "clin.sex", "clin.age_years"], []),
        (["gene.CD8A", "gene.GZMA", "clin.sex", "shoe_size"], ["clin.age_years", "sig.cyt"]),
        (["gene.GZMA"], ["clin.age_years", "clin.sex", "sig.cyt", "gene.CD8A"]),
        ([], ["clin.age_years", "clin.sex", "sig.cyt", "gene.CD8A"]),
    ],
)
def test_a_signature_is_lacking_unless_enough_of_its_genes_are_there(model, columns, lacking):
    assert model.lacking_features(columns) == lacking


def test_a_file_with_everything_needs_no_word(model):
    assert check_columns(model, model.card.feature_names) is None


def test_genes_without_their_namespace_are_recognised(model):
    with pytest.raises(StratifyError, match=r"example 'GZMA': did you mean 'gene.GZMA'\? 'CD8A': did you mean"):
        check_columns(model, ["GZMA", "CD8A", "PRF1"])


def test_without_any_near_column_the_features_are_listed(model):
    expected = (
        "none of the model's 4 features; it needs clin.age_years, clin.sex, sig.cyt, gene.CD8A; `stratify example`"
    )
    with pytest.raises(StratifyError, match=expected):
        check_columns(model, ["shoe_size"])


def test_the_first_five_are_named_near_ones_first_and_the_rest_counted(model):
    features = [{"name": f"probe.X{number}_at", "kind": "number"} for number in range(9)]
    card = ModelCard.model_validate(model.card.model_dump() | {"features": features, "signatures": {}})
    said = check_columns(PatientModel(model.pipeline, card), ["probe.X0_at", "8_at"])
    assert said == (
        "the file lacks 8 of the model's 9 features: probe.X8_at (is column '8_at' meant as 'probe.X8_at'?), "
        "probe.X1_at, probe.X2_at, probe.X3_at, probe.X4_at and 3 more"
    )
