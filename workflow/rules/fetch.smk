# The environment, and no parameter of the rule: whatever the mirror, the bytes are the same, and nothing has to run again.
if RUN.mirror and not os.environ.get("STRATIFY_MIRROR"):
    os.environ.update(STRATIFY_MIRROR=RUN.mirror)


rule fetch:
    input:
        source=source_file("{source}"),
        checksums=lambda wildcards: [
            f"config/sources/{listed.table}"
            for listed in [SOURCES[wildcards.source].checksums]
            if listed
        ],
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
        "stratify fetch --source {input.source} --raw {params.raw} --results {params.results} > {log} 2>&1"
