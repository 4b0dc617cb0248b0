rule assemble:
    input:
        study=ancient(study_file("{study}")),
        datasets=dataset_files,
        harmonized=harmonized,
        signatures=signature_files,
    output:
        table=LAYOUT.table("{study}"),
        attrition=LAYOUT.attrition("{study}"),
        samples=LAYOUT.samples("{study}"),
    log:
        "logs/assemble/{study}.log",
    benchmark:
        "logs/assemble/{study}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("assemble"),
        section=section(
            "endpoint",
            "datasets",
            "features",
            "biomarkers",
            "comparators",
            "group_by",
            "gene_universe",
            "population",
            "transductive",
            "exclude_suspected_duplicates",
            design=["kind"],
        ),
        results=LAYOUT.results,
    message:
        "Assembling the patients of {wildcards.study}"
    shell:
        "stratify assemble --study {input.study} --results {params.results} --signatures {input.signatures} > {log} 2>&1"


rule assemble_sensitivity:
    input:
        study=ancient(study_file("{study}")),
        datasets=dataset_files,
        clinical=clinical_tables,
        table=LAYOUT.table("{study}"),
        samples=LAYOUT.samples("{study}"),
    output:
        labels=LAYOUT.labels("{study}"),
        left_out=LAYOUT.left_out("{study}"),
    log:
        "logs/assemble/{study}.sensitivity.log",
    benchmark:
        "logs/assemble/{study}.sensitivity.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code_digest("assemble"),
        section=section(sensitivity=["labels", "without", "leave_out_each"]),
        results=LAYOUT.results,
    message:
        "Describing the patients of {wildcards.study} for its sensitivity analyses"
    shell:
        "stratify assemble --study {input.study} --results {params.results} --sensitivity > {log} 2>&1"
