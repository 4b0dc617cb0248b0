"""Models go from one version to another for real: of this package, and of the libraries, both ways."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stratify
from stratify.fit.models import MODELS

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parent / "kinds.py"
ROOT = Path(stratify.__file__).parents[1]
WITHIN_BOUNDS = [
    ("scikit-learn==1.8.0",),
    ("lightgbm==4.6.0",),
    ("skops==0.13.0",),
    ("pandas==3.0.0",),
    ("scipy==1.15.3", "numpy==2.1.3"),
    ("scikit-learn==1.8.0", "lightgbm==4.6.0", "skops==0.13.0"),
]


def run(action: str, *folders: Path, first: tuple[Path, ...] = ()) -> str:
    """Make or score models in a process that finds the packages of some folders first."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [*first, ROOT]))}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), action, *map(str, folders)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def scores(folder: Path) -> pd.DataFrame:
    """Probabilities of every kind, in the order of the patients."""
    return pd.DataFrame({kind: pd.read_csv(folder / f"{kind}.csv")["probability"] for kind in MODELS})


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of every kind made by the present versions, and their scores."""
    folder = tmp_path_factory.mktemp("present")
    run("make", folder / "models")
    run("score", folder / "models", folder / "scores")
    return folder


def overlay(folder: Path, requirements: tuple[str, ...]) -> Path:
    """Install some packages beside the environment, without what they require."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run(
        [*command, "--target", str(folder), *requirements], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no package index that has {', '.join(requirements)}: {done.stderr.strip()[-200:]}")
    return folder


@pytest.mark.parametrize("number", ["0.0.1", "0.2.0", "1.0.0"])
def test_another_version_of_this_package_gives_the_same_scores(present, tmp_path, another_version, number):
    package = another_version(number)
    said = run("score", present / "models", tmp_path / "scores", first=(package,))
    assert said.count(f"stratify-omics was {stratify.__version__}, is {number} here; ") == len(MODELS)
    pd.testing.assert_frame_equal(scores(tmp_path / "scores"), scores(present / "scores"), check_exact=True)
    run("make", tmp_path / "models", first=(package,))
    said = run("score", tmp_path / "models", tmp_path / "back")
    assert said.count(f"stratify-omics was {number}, is {stratify.__version__} here; ") == len(MODELS)
    pd.testing.assert_frame_equal(scores(tmp_path / "back"), scores(present / "scores"), check_exact=True)


@pytest.mark.package_index
@pytest.mark.parametrize("requirements", WITHIN_BOUNDS, ids=" ".join)
def test_other_libraries_within_the_declared_bounds_give_the_same_scores(present, tmp_path, requirements):
    other = overlay(tmp_path / "packages", requirements)
    said = run("score", present / "models", tmp_path / "scores", first=(other,))
    assert said.count(" get the same probabilities") == len(MODELS)
    assert all(f" is {requirement.partition('==')[2]} here" in said for requirement in requirements)
    assert "InconsistentVersion" not in said
    assert not list((tmp_path / "scores").glob("*.txt"))
    np.testing.assert_allclose(scores(tmp_path / "scores"), scores(present / "scores"), rtol=0, atol=1e-9)


@pytest.mark.package_index
@pytest.mark.parametrize("requirements", [WITHIN_BOUNDS[0], WITHIN_BOUNDS[1], WITHIN_BOUNDS[-1]], ids=" ".join)
def test_models_made_under_other_libraries_score_the_same_under_these(present, tmp_path, requirements):
    other = overlay(tmp_path / "packages", requirements)
    run("make", tmp_path / "models", first=(other,))
    run("score", tmp_path / "models", tmp_path / "there", first=(other,))
    said = run("score", tmp_path / "models", tmp_path / "here")
    assert said.count(" get the same probabilities") == len(MODELS)
    assert not list((tmp_path / "here").glob("*.txt"))
    np.testing.assert_allclose(scores(tmp_path / "here"), scores(tmp_path / "there"), rtol=0, atol=1e-9)


@pytest.mark.package_index
@pytest.mark.parametrize(
    ("name", "number", "refused"),
    [
        ("scikit-learn", "1.7.2", {"elastic_net"}),
        ("lightgbm", "4.3.0", {"ensemble", "lightgbm", "rank_lightgbm"}),
    ],
)
def test_a_library_below_the_bounds_gives_the_same_scores_or_says_why_not(present, tmp_path, name, number, refused):
    other = overlay(tmp_path / "packages", (f"{name}=={number}",))
    run("score", present / "models", tmp_path / "scores", first=(other,))
    told = {path.stem: path.read_text() for path in (tmp_path / "scores").glob("*.txt")}
    assert set(told) == refused
    for kind, said in told.items():
        assert said.startswith(f"2 stratify score: error: {present / 'models' / kind}: cannot score the reference")
        assert f"{name} was {version(name)}, is {number} here; restored by `pip install " in said
        assert f"{name}=={version(name)}" in said
        assert said.count("\n") == 1
    for kind in set(MODELS) - refused:
        expected = pd.read_csv(present / "scores" / f"{kind}.csv")["probability"]
        found = pd.read_csv(tmp_path / "scores" / f"{kind}.csv")["probability"]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
