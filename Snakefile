# The door: `snakemake --cores all` here runs the whole workflow.
include: "workflow/Snakefile"
