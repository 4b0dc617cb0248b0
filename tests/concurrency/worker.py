"""Run the command line once for every line read, so that many rounds need one start of Python."""

import json
import sys

import mlflow.pyfunc

from stratify.cli import main
from stratify.report import figures

assert mlflow.pyfunc
assert figures
print("ready", flush=True)  # noqa: T201 - what it is for
for line in sys.stdin:
    print(main(json.loads(line)), flush=True)  # noqa: T201
