rule evaluate:
    input:
        study=ancient(study_file("{study}")),
        datasets=dataset_files,
        table=LAYOUT.table("{study}"),
        splits=LAYOUT.splits("{study}"),
        overlap=LAYOUT.overlap("{study}"),
        overlap_summary=LAYOUT.overlap_summary("{study}"),
        predictions=of_models(LAYOUT.predictions),
        tuning=of_models(LAYOUT.tuning),
        learning_curves=of_models(LAYOUT.learning_curve),
        canaries=of_models(LAYOUT.canary_measures),
        comparators=LAYOUT.predictions("{study}", COMPARATORS),
        comparator_canaries=LAYOUT.canary_measures("{study}", COMPARATORS),
        described=for_sensitivity,
    output:
        metrics=LAYOUT.metrics("{study}"),
        comparisons=LAYOUT.comparisons("{study}"),
        sensitivity=LAYOUT.sensitivity("{study}"),
        canaries=LAYOUT.canaries("{study}"),
    log:
        "logs/evaluate/{study}.log",
    benchmark:
        "logs/evaluate/{study}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        code=code_digest("evaluate"),
        section=section(
            "champion",
            "strata",
            "features",
            "biomarkers",
            "reference",
            "sensitivity",
            "seed",
        ),
        results=LAYOUT.results,
    message:
        "Evaluating {wildcards.study}"
    shell:
        "stratify evaluate --study {input.study} --results {params.results} > {log} 2>&1"
