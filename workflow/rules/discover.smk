rule discover:
    input:
        study=ancient(study_file("{study}")),
        datasets=dataset_files,
        table=LAYOUT.table("{study}"),
    output:
        univariate=LAYOUT.univariate("{study}"),
    log:
        "logs/discover/{study}.log",
    benchmark:
        "logs/discover/{study}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("discover"),
        section=section("features"),
        results=LAYOUT.results,
    message:
        "Testing the biomarkers of {wildcards.study}"
    shell:
        "stratify discover --study {input.study} --results {params.results} > {log} 2>&1"
