"""One curl command for every endpoint, as shown on the start page."""

import shlex
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """`arguments` are curl's, `path` is appended to the address of the service."""

    method: str
    path: str
    what: str
    arguments: str = ""

    def curl(self, base_url: str, version: str) -> str:
        """Return the command to type, with an address the shell leaves alone."""
        verb = "" if self.method == "GET" or "-F" in self.arguments or "-d" in self.arguments else "-X POST "
        arguments = f"{self.arguments} " if self.arguments else ""
        address = shlex.quote(base_url + self.path.replace("{version}", version))
        return f"curl {verb}{arguments}{address}"


_JSON = "-H 'Content-Type: application/json' -d"

GROUPS: dict[str, tuple[Example, ...]] = {
    "Predict": (
        Example("POST", "/predict", "Classify one photo", "-F image=@photo.jpg"),
        Example(
            "POST",
            "/predict?top_k=3",
            "The bytes of the photo as the body; only the three most probable classes",
            "-H 'Content-Type: image/jpeg' --data-binary @photo.jpg",
        ),
        Example("POST", "/predict?explain=true", "And what it looked at, as a PNG", "-F image=@photo.jpg"),
        Example(
            "POST",
            "/predict/batch",
            "Many photos, or a zip of them, answered in order by one version",
            "-F images=@a.jpg -F images=@b.jpg",
        ),
        Example(
            "POST",
            "/feedback",
            "Say what a predicted photo really showed",
            f"""{_JSON} '{{"request_id": "0123456789abcdef", "label": "cat"}}'""",
        ),
        Example(
            "POST",
            "/feedback?task=cats-vs-dogs",
            "The same with the photo, if it was not kept",
            "-F image=@photo.jpg -F label=cat",
        ),
    ),
    "Photos and labels": (
        Example(
            "POST",
            "/upload-data",
            "Take photos in; the answer has their ids",
            "-F 'files[]=@a.jpg' -F 'files[]=@b.jpg' -F label=cat",
        ),
        Example(
            "POST",
            "/upload-data",
            "A zip with one folder of photos per class",
            "-F 'files[]=@photos.zip'",
        ),
        Example("GET", "/dataset", "Counts per class and split, and what is wrong with the data"),
        Example("GET", "/dataset/distribution", "How bright, sharp and large the photos are, in histograms"),
        Example("GET", "/dataset/images?label=cat&page=1", "The photos themselves, page by page"),
        Example("GET", "/dataset/images/1/thumbnail", "One photo, small", "-o thumbnail.jpg"),
        Example("GET", "/dataset/images/1", "One photo, as it was uploaded", "-o photo.jpg"),
        Example("GET", "/dataset/images/1/details", "What is known of a photo, and which models saw it"),
        Example(
            "POST",
            "/dataset/images/label",
            "Give photos another label, unless somebody else did meanwhile",
            f"""{_JSON} '{{"photos": [1, 2], "label": "dog", "expected": "cat"}}'""",
        ),
        Example(
            "POST", "/dataset/images/confirm", "Say that labels are right", f"""{_JSON} '{{"photos": [1]}}'"""
        ),
        Example(
            "POST", "/dataset/images/delete", "Put photos into the bin", f"""{_JSON} '{{"photos": [1, 2]}}'"""
        ),
        Example(
            "POST",
            "/dataset/images/restore",
            "And take them out again",
            f"""{_JSON} '{{"photos": [1, 2]}}'""",
        ),
        Example(
            "POST",
            "/dataset/images/forget",
            "Forget photos for good, in all tasks; the answer names the models that saw them",
            f"""{_JSON} '{{"photos": [1, 2], "everywhere": true}}'""",
        ),
    ),
    "Edits and data sets": (
        Example("GET", "/dataset/batches", "What was uploaded, with counts of what became of it"),
        Example("GET", "/dataset/batches/1?outcome=refused", "One upload, file by file"),
        Example("GET", "/dataset/edits?photo=1", "Who did what to the photos, and when"),
        Example("GET", "/dataset/edits/1", "One edit, photo by photo"),
        Example("POST", "/dataset/edits/1/undo", "Undo it, but for what changed since"),
        Example("GET", "/dataset/snapshots", "The data sets that runs learnt from, to train on again"),
        Example("GET", "/dataset/snapshots/1", "One of them, photo by photo, beside what is now"),
        Example(
            "POST",
            "/dataset/fuse",
            "Make a task of the photos of others, whole breeds held out for the test",
            f"""{_JSON} '{{"task": "pets", "sources": [{{"task": "dog-breeds", "map": {{"*": "dog"}}}},"""
            """ {"task": "cats-vs-dogs", "map": {"cat": "cat"}}], "hold_out": 0.2}'""",
        ),
        Example("GET", "/dataset/export", "All photos as a zip, ready for an upload", "-o photos.zip"),
    ),
    "Check and review": (
        Example("POST", "/dataset/check", "Look for wrong labels, near-duplicates, and what would help most"),
        Example("GET", "/dataset/suggestions", "Labels that look wrong, the most doubtful first"),
        Example("GET", "/dataset/duplicates?conflicting=true", "Photos that look alike under several labels"),
        Example("GET", "/dataset/conflicts", "Pictures that came again with another label"),
        Example("GET", "/dataset/advice", "Learning curve, and which photos would help most"),
        Example("GET", "/review?kind=unsure", "What a person should look at, the most rewarding first"),
        Example(
            "POST", "/review/1", "Decide it: a label, drop or confirm", f"""{_JSON} '{{"label": "cat"}}'"""
        ),
    ),
    "Train": (
        Example("POST", "/train", "Train on every labelled photo", f"""{_JSON} '{{"preset": "fast"}}'"""),
        Example(
            "POST",
            "/retrain",
            "Label photos taken in before, then train with all data",
            f"""{_JSON} '{{"files": [1, 2], "labels": ["cat", "dog"]}}'""",
        ),
        Example("POST", "/tune", "Look for the best settings of the head", f"""{_JSON} '{{"trials": 20}}'"""),
        Example(
            "POST",
            "/compare",
            "Train several configurations on the same split: a leaderboard",
            f"""{_JSON} '{{"configurations": [{{"preset": "fast"}}, {{"preset": "best"}}]}}'""",
        ),
        Example("GET", "/training/options", "Presets, backbones and every field, with ranges and help"),
        Example("GET", "/training-status", "Where the newest run stands, epoch by epoch"),
        Example("GET", "/runs", "All runs, newest first"),
        Example("POST", "/training/stop", "Stop the run in progress"),
        Example("POST", "/runs/1/resume", "Continue a run that failed or was stopped"),
    ),
    "Models": (
        Example("GET", "/models", "Every version with its measured quality"),
        Example("GET", "/models/{version}", "One version: manifest, files, history"),
        Example("GET", "/models/{version}/report", "How it was measured, mistake by mistake"),
        Example(
            "GET",
            "/models/{version}/files/model.onnx",
            "Download a file: model.onnx, model.keras, MODEL_CARD.html and others",
            "-O",
        ),
        Example(
            "POST",
            "/models/{version}/export",
            "Write it as SavedModel and TFLite, too",
            f"""{_JSON} '{{"formats": ["saved_model", "tflite"]}}'""",
        ),
        Example("POST", "/models/{version}/promote", "Let this version answer from now on"),
        Example("POST", "/models/rollback", "Back to the version before"),
    ),
    "Watch": (
        Example("GET", "/status", "Model, quality, latency, throughput, counts"),
        Example("GET", "/health", "200 when it can answer, else 503 and why"),
        Example("GET", "/health/live", "200 while the process runs"),
        Example("GET", "/health/ready", "200 once it is warm"),
        Example("GET", "/drift", "Whether recent photos are like those the model was tested on"),
        Example("GET", "/metrics", "Numbers for Prometheus"),
        Example("GET", "/openapi.json", "This interface, for machines"),
    ),
    "Keys": (
        Example(
            "POST",
            "/keys",
            "Make a key; it is told once",
            f"""{_JSON} '{{"name": "lab-3", "role": "labeller"}}'""",
        ),
        Example("GET", "/keys", "Every key, its role, when it was used last"),
        Example("POST", "/keys/1/revoke", "Let it open nothing any more"),
        Example("GET", "/audit", "Who changed what, when and from where"),
    ),
}
