"""Compare scoring a cohort at once with scoring each patient alone: same scores, time as a ratio."""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.assemble.signatures import load_catalogue, required_genes, score_signatures

catalogue = load_catalogue(Path(__file__).parents[1] / "data" / "reference" / "signatures.yaml")
genes = required_genes(catalogue.values())
rng = np.random.default_rng(0)
expression = pd.DataFrame(rng.normal(5, 1, (500, len(genes))), columns=genes)

started = time.perf_counter()
together = score_signatures(expression, catalogue, "log2_tpm")
middle = time.perf_counter()
alone = pd.concat([score_signatures(expression.iloc[[row]], catalogue, "log2_tpm") for row in range(len(expression))])
ended = time.perf_counter()
print(
    f"{len(catalogue)} signatures, {len(expression)} patients: largest difference "
    f"{np.abs(together - alone).to_numpy().max():.1e}, one by one takes "
    f"{(ended - middle) / (middle - started):.0f} times as long"
)
