"""A generated cohort on disk and the measuring of whole processes, for the benchmarks of gene-set scores."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

N_GENES = 20_000
N_SETS = 100
SET_SIZE = 50
SAMPLES_AT_ONCE = 250
GENES = [f"G{gene}" for gene in range(N_GENES)]


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    peak_mb: float


def gene_sets() -> dict[str, list[str]]:
    rng = np.random.default_rng(1)
    return {f"S{number}": [GENES[gene] for gene in rng.choice(N_GENES, SET_SIZE, False)] for number in range(N_SETS)}


def write_cohort(folder: Path, n_samples: int) -> Path:
    """Write expression as the project keeps it: genes by row, one float32 column a sample; one file a thousand samples.

    Genes differ in level, and no two values of a sample are equal: libraries break ties by the order of the file.
    """
    target = folder / f"cohort_{n_samples}"
    target.mkdir()
    level = np.random.default_rng(2).normal(5, 2, N_GENES)
    for start in range(0, n_samples, 1000):
        rng = np.random.default_rng([3, start])
        columns = {"feature": pa.array(GENES)}
        for sample in range(start, min(start + 1000, n_samples)):
            columns[f"s{sample}"] = pa.array(_without_ties((level + rng.normal(0, 1, N_GENES)).astype("float32")))
        pq.write_table(pa.table(columns), target / f"{start:06d}.parquet", compression="none", use_dictionary=False)
    return target


def _without_ties(values: np.ndarray) -> np.ndarray:
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    while (ascending[1:] <= ascending[:-1]).any():
        raised = np.nextafter(ascending[:-1], np.float32(np.inf))
        ascending[1:] = np.where(ascending[1:] <= ascending[:-1], raised, ascending[1:])
    values[order] = ascending
    return values


def read_chunks(folder: Path):
    """Read samples by genes, piece by piece."""
    for path in sorted(folder.glob("*.parquet")):
        file = pq.ParquetFile(path)
        samples = [name for name in file.schema_arrow.names if name != "feature"]
        for start in range(0, len(samples), SAMPLES_AT_ONCE):
            table = file.read(columns=samples[start : start + SAMPLES_AT_ONCE], use_threads=False)
            yield np.vstack([column.to_numpy() for column in table.columns])


def read_frame(folder: Path):
    """Read everything as the libraries want it: one DataFrame, genes by samples."""
    import pandas as pd  # noqa: PLC0415 - a cost of the library's process, not of ours

    return pd.concat([pd.read_parquet(path).set_index("feature") for path in sorted(folder.glob("*.parquet"))], axis=1)


def measure(script: str, *arguments: str) -> Cost:
    """Run one side as a process of its own: time from start to end, and its highest resident memory."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, script, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{script} {' '.join(arguments)} failed with status {process.returncode}")
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    return Cost(seconds, usage.ru_maxrss / per_mb)


def largest_relative_difference(ours: np.ndarray, theirs: np.ndarray, floor: float) -> float:
    """Largest difference as a share of the library's value, or of `floor` where that is closer to zero."""
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), floor)))


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
