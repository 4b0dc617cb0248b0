"""Compare our reading of a table of expression with that of pandas, pyarrow and polars, each in fresh processes.

`python benchmarks/read_table.py` needs the extra `bench`. What is timed is the reading, from the path to the table that
the library hands over (ours: the float32 DataFrame of `stratify harmonize`), without starting Python and importing.
Times are medians. Ratios are the median over the rounds of the ratio within a round, as the load of a shared machine
changes from one to the next. Processor time, of all threads together, depends less on who else is there.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from gene_set_cohort import measure, write_json

N_GENES, N_SAMPLES = 20_000, 500
TARGET = 1.5
ROWS_KEPT = 997
"""Every so many rows are handed on whole, to be compared."""

Loaded = tuple[Callable[[Path], object], Callable[[object], np.ndarray]]


def write_expression(path: Path, n_genes: int, n_samples: int) -> Path:
    """Write genes by row, log2 values with four decimals, a tenth of them zero."""
    rng = np.random.default_rng(1)
    with path.open("w", encoding="ascii") as file:
        file.write("\t".join(["gene", *(f"S{sample}" for sample in range(n_samples))]) + "\n")
        for gene in range(n_genes):
            values = np.maximum(rng.normal(5, 2) + rng.normal(0, 2, n_samples), 0)
            values[rng.random(n_samples) < 0.1] = 0
            file.write(f"G{gene}\t" + "\t".join(map("{:.4f}".format, values)) + "\n")
    return path


def counts_table() -> Loaded:
    return _ours("counts_table")


def table() -> Loaded:
    return _ours("table")


def _ours(reader: str) -> Loaded:
    from stratify.config.dataset import Modality  # noqa: PLC0415
    from stratify.harmonize.readers.parts import read_modality  # noqa: PLC0415

    layout = Modality(
        reader=reader, file="x", namespace="gene", id="gene", orientation="features_by_samples", unit="log2_tpm"
    )
    return (lambda path: read_modality([path], layout)), (lambda frame: frame.to_numpy())


def pandas() -> Loaded:
    import pandas as library  # noqa: PLC0415

    return (lambda path: library.read_csv(path, sep="\t", index_col="gene")), (lambda frame: frame.to_numpy())


def pyarrow() -> Loaded:
    import pyarrow.csv as library  # noqa: PLC0415

    options = library.ParseOptions(delimiter="\t")
    return (
        lambda path: library.read_csv(path, parse_options=options),
        lambda read: np.column_stack([column.to_numpy() for column in read.columns[1:]]),
    )


def polars() -> Loaded:
    import polars as library  # noqa: PLC0415

    return (lambda path: library.read_csv(path, separator="\t")), (lambda frame: frame.drop("gene").to_numpy())


OURS = (counts_table, table)
LIBRARIES = (pandas, pyarrow, polars)
SIDES = {side.__name__: side for side in (*OURS, *LIBRARIES)}


def one_side(name: str, path: Path, output: Path) -> None:
    """Read once; write how long it took, and what the values were."""
    read, values = SIDES[name]()
    started, busy = time.perf_counter(), time.process_time()
    loaded = read(path)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    write_json(output.with_suffix(".json"), {"seconds": seconds, "processor": busy})
    if not output.exists():
        np.save(output, values(loaded)[::ROWS_KEPT].astype("float32"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genes", type=int, default=N_GENES)
    parser.add_argument("--samples", type=int, default=N_SAMPLES)
    parser.add_argument("--repeats", type=int, default=9, help="rounds, each with a fresh process per side")
    parser.add_argument("--side", choices=list(SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        one_side(args.side, *args.files)
        return
    with tempfile.TemporaryDirectory() as name:
        path = write_expression(Path(name) / "expression.tsv", args.genes, args.samples)
        print(f"{args.genes:,} genes x {args.samples:,} samples, {path.stat().st_size / 1e6:.0f} MB of text")
        report(Path(name), path, args.repeats)


def report(folder: Path, path: Path, repeats: int) -> None:
    rounds: list[dict[str, Reading]] = []
    for repeat in range(repeats + 1):
        at = repeat % len(SIDES)
        order = [*list(SIDES)[at:], *list(SIDES)[:at]]
        rounds.append({side: read_once(side, folder, path) for side in order})
    rounds = rounds[1:]  # the first also writes the values
    values = {side: np.load(folder / f"{side}.npy") for side in SIDES}
    seconds = {side: median_of(each[side].seconds for each in rounds) for side in SIDES}
    fastest = min((side.__name__ for side in LIBRARIES), key=lambda side: seconds[side])
    ratios = {side: median_of(each[side].seconds / each[fastest].seconds for each in rounds) for side in SIDES}
    for side in SIDES:
        same = "equal" if np.array_equal(values[side], values["pandas"]) else "DIFFERENT"
        processor, peak = (median_of(getattr(each[side], key) for each in rounds) for key in ("processor", "peak_mb"))
        print(
            f"{side:>12}: {seconds[side]:.2f} s, {ratios[side]:.2f} times {fastest}; "
            f"processor {processor:.2f} s; {peak:.0f} MB; values {same}"
        )
    slowest = max(ratios[side.__name__] for side in OURS)
    verdict = "within" if slowest <= TARGET else "NOT within"
    print(f"ours {verdict} {TARGET} times of the fastest, {fastest}: {slowest:.2f}")


class Reading(NamedTuple):
    """What one reading took."""

    seconds: float
    processor: float
    peak_mb: float


def read_once(side: str, folder: Path, path: Path) -> Reading:
    cost = measure(__file__, "--side", side, "--files", str(path), str(folder / f"{side}.npy"))
    return Reading(**json.loads((folder / f"{side}.json").read_text()), peak_mb=cost.peak_mb)


def median_of(numbers: Iterable[float]) -> float:
    return statistics.median(list(numbers))


if __name__ == "__main__":
    main()
