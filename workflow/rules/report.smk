rule report:
    input:
        study=study_file("{study}"),
        datasets=dataset_files,
        sources=source_files,
        manifests=manifests,
        findings=findings,
        table=LAYOUT.table("{study}"),
        attrition=LAYOUT.attrition("{study}"),
        splits=LAYOUT.splits("{study}"),
        overlap=LAYOUT.overlap("{study}"),
        overlap_summary=LAYOUT.overlap_summary("{study}"),
        predictions=of_models(LAYOUT.predictions),
        tuning=of_models(LAYOUT.tuning),
        signatures=signature_files,
        comparators=LAYOUT.predictions("{study}", COMPARATORS),
        metrics=LAYOUT.metrics("{study}"),
        comparisons=LAYOUT.comparisons("{study}"),
        sensitivity=LAYOUT.sensitivity("{study}"),
        canaries=LAYOUT.canaries("{study}"),
        univariate=LAYOUT.univariate("{study}"),
    output:
        report=report(
            LAYOUT.report("{study}"),
            caption="../report/study.rst",
            category="Reports",
            labels={"study": "{study}"},
        ),
    log:
        "logs/report/{study}.log",
    benchmark:
        "logs/report/{study}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("report"),
        results=LAYOUT.results,
    message:
        "Writing the report of {wildcards.study}"
    shell:
        "stratify report --study {input.study} --results {params.results}"
        " --signatures {input.signatures} > {log} 2>&1"
