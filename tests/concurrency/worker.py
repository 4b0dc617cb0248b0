"""Run the command line once for every line read, so that many rounds need one start of Python."""

import json
import sys

import mlflow.pyfunc

from stratify.cli import main
from stratify.report import figures

assert mlflow.pyfunc
assert figures
sys.stdout.write("ready\n")
sys.stdout.flush()
for line in sys.stdin:
    sys.stdout.write(f"{main(json.loads(line))}\n")
    sys.stdout.flush()
