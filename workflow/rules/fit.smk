rule fit:
    input:
        study=ancient(study_file("{study}")),
        datasets=dataset_files,
        harmonized=harmonized,
        signatures=signature_files,
        table=LAYOUT.table("{study}"),
        splits=LAYOUT.splits("{study}"),
    output:
        model=directory(LAYOUT.model("{study}", "{model}")),
        predictions=LAYOUT.predictions("{study}", "{model}"),
        tuning=LAYOUT.tuning("{study}", "{model}"),
        learning_curve=LAYOUT.learning_curve("{study}", "{model}"),
        canaries=LAYOUT.canary_measures("{study}", "{model}"),
    log:
        "logs/fit/{study}/{model}.log",
    benchmark:
        "logs/fit/{study}/{model}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("fit"),
        section=model_section,
        results=LAYOUT.results,
    message:
        "Fitting {wildcards.model} for {wildcards.study}"
    shell:
        "stratify fit --study {input.study} --model {wildcards.model} --results {params.results}"
        " --signatures {input.signatures} > {log} 2>&1"


rule fit_comparators:
    input:
        study=ancient(study_file("{study}")),
        datasets=dataset_files,
        expression=read_by_comparators,
        signatures=signature_files,
        table=LAYOUT.table("{study}"),
        splits=LAYOUT.splits("{study}"),
    output:
        predictions=LAYOUT.predictions("{study}", COMPARATORS),
        canaries=LAYOUT.canary_measures("{study}", COMPARATORS),
    log:
        f"logs/fit/{{study}}/{COMPARATORS}.log",
    benchmark:
        f"logs/fit/{{study}}/{COMPARATORS}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("fit"),
        section=section(
            "biomarkers",
            "biomarker_models",
            "features",
            "comparators",
            "group_by",
            "positive_is",
            "seed",
        ),
        model=COMPARATORS,
        results=LAYOUT.results,
    message:
        "Scoring the comparators of {wildcards.study}"
    shell:
        "stratify fit --study {input.study} --model {params.model} --results {params.results}"
        " --signatures {input.signatures} > {log} 2>&1"
