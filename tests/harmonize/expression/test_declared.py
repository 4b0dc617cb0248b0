"""What a dataset file may declare of expression."""

import pytest

from stratify.config.dataset import DatasetConfig
from stratify.errors import StratifyError

GENES = {"source": "map", "file": "map.tsv", "from": "entrez"}
LENGTHS = {"source": "lengths", "file": "l.tsv", "id": "gene", "length": "bp"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"unit": "zscore", "to": "log2_tpm"}, "'zscore' cannot become 'log2_tpm', which is made from tpm, log2_tpm"),
        ({"unit": "fpkm", "to": "log2_cpm"}, "'fpkm' cannot become 'log2_cpm'"),
        ({"unit": "log2_tpm", "to": "log2_tpm"}, "say what was added before the logarithm: 'offset'"),
        ({"unit": "counts", "to": "log2_tpm"}, "give 'lengths', or convert to 'log2_cpm'"),
        ({"unit": "tpm", "offset": 1}, "values in 'tpm' have none"),
        ({"unit": "log2_tpm", "offset": -1}, "offset: expected a number of at least 0"),
        ({"unit": "fpkm", "to": "log2_tpm", "lengths": LENGTHS}, "'lengths' serves the conversion of 'counts'"),
        (
            {"unit": "counts", "to": "log2_tpm", "lengths": LENGTHS | {"from": "ensembl"}},
            "'lengths' by other identifiers than the file's need 'genes'",
        ),
        ({"unit": "log2_tpm", "genes": GENES}, "'genes' adds the rows of one gene, which logarithms do not allow"),
        ({"unit": "counts", "genes": GENES, "namespace": "probe"}, "it goes with namespace 'gene', not 'probe'"),
        ({"unit": "counts", "genes": GENES | {"from": "entrezz"}}, "did you mean 'entrez'?"),
        ({"unit": "counts", "genes": {"file": "map.tsv", "from": "entrez"}}, "genes.source"),
        ({"unit": "count"}, "did you mean 'counts'?"),
        ({"unit": "counts", "to": "tpm"}, "to: expected one of log2_tpm, log2_cpm; found 'tpm'"),
    ],
)
def test_what_cannot_be_is_one_message(modality, keys, message):
    with pytest.raises(StratifyError) as error:
        modality(**keys)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("keys", "unit"),
    [
        ({"unit": "counts"}, "counts"),
        ({"unit": "counts", "to": "log2_cpm"}, "log2_cpm"),
        ({"unit": "log2_tpm"}, "log2_tpm"),
        ({"unit": "log2_fpkm", "offset": 1, "to": "log2_tpm"}, "log2_tpm"),
    ],
)
def test_studies_see_the_unit_after_conversion(modality, keys, unit):
    assert modality(**keys).harmonized_unit == unit


def test_the_sources_of_gene_tables_are_sources_of_the_dataset():
    config = DatasetConfig.model_validate(
        {
            "title": "T",
            "source": "box",
            "patient_pool": "p",
            "study_family": "p",
            "clinical": {"file": "c.csv", "id": "id", "timepoint": "baseline"},
            "modalities": {
                "expression": {
                    "file": "m.csv",
                    "namespace": "gene",
                    "id": "gene",
                    "orientation": "features_by_samples",
                    "unit": "counts",
                    "to": "log2_tpm",
                    "lengths": LENGTHS,
                    "genes": GENES,
                }
            },
        }
    )
    assert config.sources == ["box", "map", "lengths"]
