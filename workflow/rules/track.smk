rule track:
    input:
        study=study_file("{study}"),
        datasets=dataset_files,
        sources=source_files,
        manifests=manifests,
        table=LAYOUT.table("{study}"),
        models=of_models(LAYOUT.model),
        predictions=of_models(LAYOUT.predictions),
        tuning=of_models(LAYOUT.tuning),
        comparators=LAYOUT.predictions("{study}", COMPARATORS),
        metrics=LAYOUT.metrics("{study}"),
        comparisons=LAYOUT.comparisons("{study}"),
        sensitivity=LAYOUT.sensitivity("{study}"),
        canaries=LAYOUT.canaries("{study}"),
        univariate=LAYOUT.univariate("{study}"),
        report=LAYOUT.report("{study}"),
    output:
        record=LAYOUT.track("{study}"),
    log:
        "logs/track/{study}.log",
    benchmark:
        "logs/track/{study}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        mlflow=1,
    params:
        code=code_digest("track"),
        tracking_uri=lambda wildcards: TRACKING_URI,  # its braces are no wildcards
        occasion=lambda wildcards: OCCASIONS[wildcards.study],
        results=LAYOUT.results,
    message:
        "Recording {wildcards.study} in MLflow"
    shell:
        "stratify track --study {input.study} --results {params.results} --tracking-uri {params.tracking_uri:q}"
        " --occasion {params.occasion:q} > {log} 2>&1"
