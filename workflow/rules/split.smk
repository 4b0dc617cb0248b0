rule split:
    input:
        study=ancient(study_file("{study}")),
        table=LAYOUT.table("{study}"),
    output:
        splits=LAYOUT.splits("{study}"),
    log:
        "logs/split/{study}.log",
    benchmark:
        "logs/split/{study}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        code=code_digest("split"),
        section=section("design", "seed"),
        results=LAYOUT.results,
    message:
        "Splitting the patients of {wildcards.study}"
    shell:
        "stratify split --study {input.study} --results {params.results} > {log} 2>&1"
