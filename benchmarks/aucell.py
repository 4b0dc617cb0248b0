"""Compare our AUCell with decoupler's on one generated cohort: the calculation alone, and each as a whole process.

`python benchmarks/aucell.py` needs the extra `bench`. decoupler compiles on first use and keeps the result on disk; the
calculation is timed on its second call, and each process is run once before it is measured.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from gene_set_cohort import GENES, gene_sets, measure, read_chunks, write_cohort, write_json

N_SAMPLES = 300


def ours(values: np.ndarray, calls: int) -> tuple[np.ndarray, float]:
    from stratify.assemble.signatures import GeneSetScorer  # noqa: PLC0415

    for _ in range(calls):
        started = time.perf_counter()
        scores, _ = GeneSetScorer(GENES, gene_sets(), "aucell").score(values)
        seconds = time.perf_counter() - started
    return scores, seconds


def decoupler(values: np.ndarray, calls: int) -> tuple[np.ndarray, float]:
    import decoupler as library  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame(values, columns=GENES, index=[f"s{row}" for row in range(len(values))])
    sets = gene_sets()
    net = pd.DataFrame([(name, gene) for name, genes in sets.items() for gene in genes], columns=["source", "target"])
    for _ in range(calls):
        started = time.perf_counter()
        result = library.mt.aucell(frame, net, tmin=1)
        seconds = time.perf_counter() - started
    scores = result[0] if isinstance(result, tuple) else result
    return scores.loc[frame.index, list(sets)].to_numpy(), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=["ours", "decoupler"], help=argparse.SUPPRESS)
    parser.add_argument("--calls", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        cohort, output = args.files
        side = {"ours": ours, "decoupler": decoupler}[args.side]
        scores, seconds = side(np.vstack(list(read_chunks(cohort))), args.calls)
        np.save(output, scores)
        write_json(output.with_suffix(".json"), seconds)
        return
    with tempfile.TemporaryDirectory() as name:
        print(report(Path(name)))


def report(folder: Path) -> str:
    cohort = write_cohort(folder, N_SAMPLES)
    outputs = {side: folder / f"{side}.npy" for side in ("ours", "decoupler")}

    def run(side: str, calls: int) -> tuple[float, float]:
        files = [str(cohort), str(outputs[side])]
        whole = measure(__file__, "--side", side, "--calls", str(calls), "--files", *files).seconds
        return whole, float(outputs[side].with_suffix(".json").read_text(encoding="utf-8"))

    inside = {side: run(side, calls=2)[1] for side in outputs}
    whole = {side: run(side, calls=1)[0] for side in outputs}
    difference = np.abs(np.load(outputs["ours"]) - np.load(outputs["decoupler"])).max()
    return (
        f"{N_SAMPLES} samples: ours {inside['ours']:.3f} s, decoupler {inside['decoupler']:.3f} s: "
        f"{inside['decoupler'] / inside['ours']:.1f} times as long; whole process {whole['ours']:.2f} s against "
        f"{whole['decoupler']:.2f} s: {whole['decoupler'] / whole['ours']:.1f} times as long; "
        f"largest difference {difference:.1e}"
    )


if __name__ == "__main__":
    main()
