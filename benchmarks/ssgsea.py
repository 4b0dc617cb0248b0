"""Compare our ssGSEA with gseapy's, each as a whole process on the same files; then our own time and memory by size.

`python benchmarks/ssgsea.py` needs the extra `bench`. `--samples 300` is the short version.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from gene_set_cohort import (
    GENES,
    gene_sets,
    largest_relative_difference,
    measure,
    read_chunks,
    read_frame,
    write_cohort,
)


def ours(cohort: Path, output: Path) -> None:
    from stratify.assemble.signatures import GeneSetScorer  # noqa: PLC0415

    scorer = GeneSetScorer(GENES, gene_sets(), "ssgsea")
    np.save(output, np.vstack([scorer.score(chunk)[0] for chunk in read_chunks(cohort)]))


def gseapy(cohort: Path, output: Path) -> None:
    import gseapy as library  # noqa: PLC0415

    frame, sets = read_frame(cohort), gene_sets()
    result = library.ssgsea(frame, sets, outdir=None, threads=2, min_size=1, no_plot=True).res2d
    wide = result.pivot_table(index="Name", columns="Term", values="ES", aggfunc="first").astype("float64")
    np.save(output, wide.loc[frame.columns, list(sets)].to_numpy())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="+", default=[300, 3000], help="sizes to compare at")
    parser.add_argument("--alone", type=int, nargs="*", default=[300, 3000, 30000], help="sizes to run ours at")
    parser.add_argument("--side", choices=["ours", "gseapy"], help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        {"ours": ours, "gseapy": gseapy}[args.side](*args.files)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for n_samples in sorted({*args.samples, *args.alone}):
            cohort = write_cohort(folder, n_samples)
            print(report(folder, cohort, n_samples, beside=n_samples in args.samples), flush=True)
            for path in cohort.iterdir():
                path.unlink()


def report(folder: Path, cohort: Path, n_samples: int, *, beside: bool) -> str:
    us = measure(__file__, "--side", "ours", "--files", str(cohort), str(folder / "ours.npy"))
    line = (
        f"{n_samples} samples: {us.seconds:.2f} s ({us.seconds / n_samples * 1e3:.2f} ms a sample), {us.peak_mb:.0f} MB"
    )
    if not beside:
        return line
    them = measure(__file__, "--side", "gseapy", "--files", str(cohort), str(folder / "gseapy.npy"))
    difference = largest_relative_difference(np.load(folder / "ours.npy"), np.load(folder / "gseapy.npy"), floor=1.0)
    return (
        f"{line}; gseapy, 2 threads: {them.seconds:.2f} s, {them.peak_mb:.0f} MB: "
        f"{them.seconds / us.seconds:.1f} times as long, {them.peak_mb / us.peak_mb:.1f} times the memory; "
        f"largest relative difference {difference:.1e}"
    )


if __name__ == "__main__":
    main()
