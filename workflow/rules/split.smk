rule split:
    input:
        study=ancient(study_file("{study}")),
        datasets=dataset_files,
        harmonized=harmonized,
        table=LAYOUT.table("{study}"),
    output:
        splits=LAYOUT.splits("{study}"),
        overlap=LAYOUT.overlap("{study}"),
        overlap_summary=LAYOUT.overlap_summary("{study}"),
    log:
        "logs/split/{study}.log",
    benchmark:
        "logs/split/{study}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        code=code_digest("split"),
        section=section(
            "datasets",
            "exclude_suspected_duplicates",
            "seed",
            design=["kind", "unit", "outer"],
        ),
        results=LAYOUT.results,
    message:
        "Splitting the patients of {wildcards.study}"
    shell:
        "stratify split --study {input.study} --results {params.results} > {log} 2>&1"
