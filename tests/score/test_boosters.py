import io
import re
import zipfile

import numpy as np
import pytest
import skops.io
from lightgbm import LGBMClassifier

from stratify.errors import StratifyError
from stratify.score.boosters import check_boosters

VALUES = r"[^\\]+"
"""What follows a field's name, up to the escaped end of its line."""


@pytest.fixture(scope="module")
def booster() -> bytes:
    """Three trees of four leaves."""
    X = np.random.default_rng(0).normal(size=(200, 3))
    y = (X[:, 0] * X[:, 1] + X[:, 2] > 0).astype(int)
    return skops.io.dumps(LGBMClassifier(n_estimators=3, num_leaves=4, min_child_samples=10, verbose=-1).fit(X, y))


def _schema(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("schema.json").decode()


def rewrite(content: bytes, pattern: str, replacement: str) -> bytes:
    """Change the text of the trees inside the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    schema, count = re.subn(pattern, replacement, files["schema.json"].decode(), count=1)
    assert count == 1
    files["schema.json"] = schema.encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def with_true_sizes(content: bytes) -> bytes:
    """State the sizes the trees have now, so that the check behind the sizes is the one that speaks."""
    blocks = re.findall(r"(Tree=\d+.*?)(?=Tree=\d|end of trees)", _schema(content), flags=re.DOTALL)
    sizes = " ".join(str(len(block.replace(r"\\n", "\n"))) for block in blocks)
    return rewrite(content, f"tree_sizes={VALUES}", f"tree_sizes={sizes}")


def test_what_lightgbm_writes_is_sound(booster):
    check_boosters(booster, "model")


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        (f"left_child={VALUES}", "left_child=7 -1 -2", "left_child 7 is no node below it"),
        (f"left_child={VALUES}", "left_child=0 -1 -2", "left_child 0 is no node below it"),
        (f"left_child={VALUES}", "left_child=1", "wrong number of left_child"),
        (f"right_child={VALUES}", "right_child=-9 -2 -3", "right_child -9 is no node below it"),
        (f"split_feature={VALUES}", "split_feature=5 0 0", "splits an unknown feature"),
        (f"decision_type={VALUES}", "decision_type=1 2 2", "splits a category"),
        ("num_cat=0", "num_cat=1", "not a plain numeric tree"),
        ("is_linear=0", "is_linear=1", "not a plain numeric tree"),
        (f"num_leaves={VALUES}", "num_leaves=9", "lacks leaf values"),
        (f"threshold={VALUES}", "num_cat=0", "a field stands twice"),
        ("num_class=1", "num_class=2", "a header of an unknown form"),
        ("objective=binary sigmoid:1", "objective=multiclass num_class:3000", "a header of an unknown form"),
        ("num_class=1", r"num_class=1\\\\n=num_class=5", "a header of an unknown form"),
        (f"max_feature_idx={VALUES}", "max_feature_idx=999999999", "not 1000000000 names of features"),
        (f"left_child={VALUES}", "left_child=1_0 -1 -2", "a number that is not whole"),
        ("shrinkage=", r"\\\\u0000shrinkage=", "a character that is not printable"),
        ("shrinkage=", r"\\\\u000cshrinkage=", "a character that is not printable"),
        ("shrinkage=", "=left_child=0=", "a line that is no field"),
    ],
)
def test_crafted_trees_are_refused(booster, pattern, replacement, message):
    crafted = with_true_sizes(rewrite(booster, pattern, replacement))
    with pytest.raises(StratifyError, match=message):
        check_boosters(crafted, "model")


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        (r"tree_sizes=\d+", "tree_sizes=999999", "a line that is no field"),
        (r"tree_sizes=\d+", "tree_sizes=-4", "a header of an unknown form"),
        (r"tree_sizes=\d+ ", "tree_sizes=", "a line that is no field"),
        ("Tree=1", "Tree=9", "is not where its size says"),
        ('"_handle"', '"_Handle"', "not sound"),
    ],
)
def test_a_crafted_file_is_refused(booster, pattern, replacement, message):
    with pytest.raises(StratifyError, match=message):
        check_boosters(rewrite(booster, pattern, replacement), "model")
