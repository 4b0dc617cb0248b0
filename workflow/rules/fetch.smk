rule fetch:
    message:
        "Fetching {wildcards.source}"
    input:
        source=source_file("{source}"),
        code=stage_code("fetch"),
    output:
        manifest=LAYOUT.manifest("{source}"),
    log:
        "logs/fetch/{source}.log",
    benchmark:
        "logs/fetch/{source}.tsv"
    params:
        raw=RAW,
        results=LAYOUT.results,
    threads: 1
    resources:
        mem_mb=500,
    conda:
        "../../environment.yml"
    shell:
        "stratify fetch --source {input.source} --raw {params.raw} --results {params.results} > {log} 2>&1"
