"""Results of an earlier stage that are missing, damaged or of another table: read back as one message."""

import pandas as pd
import pytest

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.evaluate import CANARIES, METRICS
from stratify.artifacts.fit import CANARY_MEASURES, PREDICTIONS
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import read_column, read_table
from stratify.errors import StratifyError


def parquet(**columns):
    return lambda path: pd.DataFrame(columns).to_parquet(path)


def cut(path):
    parquet(feature=["a"])(path)
    path.write_bytes(path.read_bytes()[:60])


DAMAGE = {
    "missing": (lambda path: None, "no such file; run `snakemake"),
    "folder": (lambda path: path.mkdir(), "no such file"),
    "empty": (lambda path: path.touch(), "not a readable parquet file .*delete it and run `snakemake"),
    "truncated": (cut, "not a readable parquet file"),
    "JSON": (lambda path: path.write_text("[1]"), "not a readable parquet file"),
}


@pytest.mark.parametrize("name", DAMAGE)
@pytest.mark.parametrize("read", [lambda path: read_table(TABLE, path), lambda path: read_column(path, "feature")])
def test_a_damaged_result_is_one_message(tmp_path, name, read):
    damage, message = DAMAGE[name]
    damage(tmp_path / "t.parquet")
    with pytest.raises(StratifyError, match=rf"t\.parquet: {message}"):
        read(tmp_path / "t.parquet")


def test_another_table_is_one_message(tmp_path):
    parquet(a=[1])(tmp_path / "t.parquet")
    with pytest.raises(StratifyError, match=r"t\.parquet: breaks the contract 'study table'"):
        read_table(TABLE, tmp_path / "t.parquet")
    with pytest.raises(StratifyError, match=r"t\.parquet: not a readable parquet file of this step: .*feature"):
        read_column(tmp_path / "t.parquet", "feature")


@pytest.mark.parametrize(
    "schema", [TABLE, SPLITS, PREDICTIONS, CANARY_MEASURES, METRICS, CANARIES], ids=lambda s: s.name
)
def test_a_result_without_rows_drops_nobody_in_silence(tmp_path, schema):
    names = [name for name, column in schema.columns.items() if not column.regex]
    parquet(**{name: [] for name in names})(tmp_path / "t.parquet")
    with pytest.raises(StratifyError, match=rf"t\.parquet: expected rows of the contract {schema.name!r}, found none"):
        read_table(schema, tmp_path / "t.parquet")
