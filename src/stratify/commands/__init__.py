"""The command line of each stage: arguments, reading, writing, logging; no maths."""
