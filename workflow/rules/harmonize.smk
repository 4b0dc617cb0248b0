# One rule a cohort, because each has its own modalities.
for name, dataset in DATASETS.items():

    rule:
        name:
            f"harmonize_{name}"
        message:
            f"Harmonizing {name}"
        input:
            dataset=dataset_file(name),
            manifest=LAYOUT.manifest(dataset.source),
            code=stage_code("harmonize"),
        output:
            clinical=LAYOUT.clinical(name),
            findings=LAYOUT.findings(name),
            modalities=[LAYOUT.modality(name, modality) for modality in dataset.modalities],
        log:
            f"logs/harmonize/{name}.log",
        benchmark:
            f"logs/harmonize/{name}.tsv"
        params:
            raw=RAW,
            results=LAYOUT.results,
        threads: 1
        resources:
            mem_mb=1500,
        conda:
            "../../environment.yml"
        shell:
            "stratify harmonize --dataset {input.dataset} --raw {params.raw} --results {params.results} > {log} 2>&1"
