"""Run the command line as ``python -m stratify``."""

import sys

from stratify.cli import main

sys.exit(main())
