import shlex

# Not a parameter of the rule: whatever the mirror, the bytes are the same, and nothing has to run again.
_mirror = os.environ.get("STRATIFY_MIRROR") or RUN.mirror
MIRROR = f"--mirror {shlex.quote(_mirror)}" if _mirror else ""


def checksum_table(wildcards):
    """The table beside the source file that lists many more files, if it names one."""
    checksums = SOURCES[wildcards.source].checksums
    return f"config/sources/{checksums.table}" if checksums else []


rule fetch:
    input:
        source=source_file("{source}"),
        checksums=checksum_table,
    output:
        manifest=update(LAYOUT.manifest("{source}")),
    log:
        "logs/fetch/{source}.log",
    benchmark:
        "logs/fetch/{source}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        code=code_digest("fetch"),
        raw=RAW,
        results=LAYOUT.results,
    message:
        "Fetching {wildcards.source}"
    shell:
        "stratify fetch --source {input.source} --raw {params.raw} --results {params.results} {MIRROR} > {log} 2>&1"
