rule fetch:
    input:
        source=source_file("{source}"),
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
