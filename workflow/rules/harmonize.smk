# One rule a cohort, because each has its own modalities.
for name, dataset in DATASETS.items():

    rule:
        name:
            f"harmonize_{name}"
        input:
            dataset=dataset_file(name),
            manifests=[LAYOUT.manifest(source) for source in dataset.sources],
        output:
            clinical=LAYOUT.clinical(name),
            findings=LAYOUT.findings(name),
            modalities=[
                LAYOUT.modality(name, modality) for modality in dataset.modalities
            ],
        log:
            f"logs/harmonize/{name}.log",
        benchmark:
            f"logs/harmonize/{name}.tsv"
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=1500,
        params:
            code=code_digest("harmonize"),
            raw=RAW,
            results=LAYOUT.results,
        message:
            f"Harmonizing {name}"
        shell:
            "stratify harmonize --dataset {input.dataset} --raw {params.raw} --results {params.results} > {log} 2>&1"
