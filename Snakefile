# The door: `snakemake --cores all` here runs the whole workflow.
include: "workflow/Snakefile"


# A default target of an included file does not count; without one here nothing would be built.
rule everything:
    default_target: True
    input:
        rules.all.input,
    message:
        "All reports and records are there"
