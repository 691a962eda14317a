# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From photos to answers
#
# One pass through everything lenswright does with photos: take them in, look at them, train, measure,
# explain, look at what was written, and ask the running service. Every step calls the package itself, the
# same objects the service uses; nothing is copied here.
#
# To use your own photos, set `LENSWRIGHT_NOTEBOOK_PHOTOS` to a folder that holds one folder of photos per
# class before you start Jupyter. Without it a small set is drawn below. To use your own weights, set
# `LENSWRIGHT_BACKBONE_WEIGHTS`; without them the backbone of the model that ships is used, so no network is
# needed.

# %%
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import pandas as pd
import plotly.express as px
import requests
from IPython.display import Image as Picture
from IPython.display import Markdown, display
from PIL import Image, ImageDraw

from lenswright.dashboard.figures.classes import photos_per_class
from lenswright.dashboard.figures.confusion import confusion
from lenswright.dashboard.figures.curves import curves
from lenswright.dashboard.figures.ranking import precision_recall, roc
from lenswright.dashboard.figures.reliability import reliability
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.statistics import dataset_statistics, labelled_photos
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.classifier import Classifier
from lenswright.runs.fields import fields_of
from lenswright.runs.request import TrainingRequest
from lenswright.settings import load_settings
from lenswright.training.progress import Heartbeat, Progress
from lenswright.training.run import TrainingRun
from lenswright.training.workbench import Workbench

TASK = "notebook"
REPOSITORY = next(folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "app.py").is_file())

# %% [markdown]
# ## 1. A place to work in
#
# All state of lenswright lies in one folder, its *home*. This lesson has one of its own, so that nothing of
# yours is touched. A `Workbench` is what the training process works with: the database, the photos, the
# models.

# %%
scratch = tempfile.TemporaryDirectory(prefix="lenswright-")
home = Path(scratch.name) / "home"
settings = load_settings(home=home, bundled_models=REPOSITORY / "models", allow_download=False)
bench = Workbench.open(settings)
bench.versions.adopt(settings.bundled_models)
display(bench.promotion.champions())

# %% [markdown]
# ## 2. Photos
#
# Circles in warm colours and squares in cool ones, on a soft ground: a few dozen are enough to learn from.


# %%
def draw(label: str, seed: int) -> Image.Image:
    """Return a picture of one shape; another seed is another picture."""
    random = np.random.default_rng([seed, *label.encode()])
    light = random.integers(60, 200, (6, 7, 1)) + random.integers(-10, 11, (6, 7, 3))
    picture = Image.fromarray(light.astype(np.uint8)).resize((160, 128), Image.Resampling.BICUBIC)
    side = random.integers(45, 75)
    left, top = random.integers(0, 160 - side), random.integers(0, 128 - side)
    hue = random.integers(0, 60) if label == "circle" else random.integers(180, 240)
    pencil = ImageDraw.Draw(picture)
    shape = pencil.ellipse if label == "circle" else pencil.rectangle
    shape((left, top, left + side, top + side), fill=f"hsv({hue}, 80%, 85%)")
    return picture


def draw_all(folder: Path, per_class: int = 60) -> Path:
    """Write a folder of pictures for each class; return `folder`."""
    for label in ("circle", "square"):
        (folder / label).mkdir(parents=True)
        for seed in range(per_class):
            draw(label, seed).save(folder / label / f"{seed}.jpg", quality=90)
    return folder


given = os.environ.get("LENSWRIGHT_NOTEBOOK_PHOTOS")
folder = Path(given) if given else draw_all(Path(scratch.name) / "photos")
files = sorted(
    file for file in folder.glob("*/*") if file.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")
)
display(f"{len(files)} photos in {folder}")

# %% [markdown]
# The intake decodes every photo in full, refuses what is damaged, knows duplicates by their pixels, and
# gives each photo its split for good. Near-duplicates share a split, so that none leaks from training into
# the test.

# %%
intake = Intake(bench.database, bench.uploads, limits=bench.limits)
uploads = (Upload(file.name, file.read_bytes(), label=file.parent.name) for file in files)
results = pd.DataFrame([vars(result) for result in intake.take(TASK, uploads, source="notebook")])
display(results.groupby(["outcome", "label", "split"], dropna=False).size().rename("photos").to_frame())

# %% [markdown]
# ## 3. Look at the data


# %%
def titled(title: str, height_px: int = 360) -> dict[str, Any]:
    """Return the layout of a figure of the dashboard that stands alone."""
    return {"title": title, "height": height_px, "margin": {"t": 70}}


statistics = dataset_statistics(bench.database, TASK)
rows = [vars(entry) | {"total": entry.total} for entry in statistics.classes]
display(photos_per_class(rows, "light").update_layout(**titled("Photos of each class", height_px=240)))
for problem in statistics.problems:
    display(Markdown(f"- {problem.message}"))

# %%
seen = np.random.default_rng(0).permutation(labelled_photos(bench.database, TASK))[:12]
frames = np.stack([decode_framed(bench.read_photo(photo), InputSpec(128)) for photo in seen])
grid = px.imshow(frames, facet_col=0, facet_col_wrap=6, facet_row_spacing=0.2, height=360)
names = {f"facet_col={number}": f"{photo.label} ({photo.split})" for number, photo in enumerate(seen)}
grid.for_each_annotation(lambda note: note.update(text=names[note.text]))  # they are not in our order
grid.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
display(grid)

# %% [markdown]
# ## 4. Train
#
# What a run shall do is one `TrainingRequest`. It is the single source of every knob: its type, range,
# default and meaning, here as in the API and in the dashboard. These matter for the preset `fast`, which
# puts a new head on a finished backbone:


# %%
def knobs(preset: str, *groups: str) -> pd.DataFrame:
    """Return the knobs that make a difference for `preset`, of some groups only if given."""
    shown = [
        {"knob": field.name, "default": field.default, "range": field.expected, "what it is": field.help}
        for field in fields_of(TrainingRequest).values()
        if preset in field.presets and (not groups or field.group in groups)
    ]
    return pd.DataFrame(shown).set_index("knob")


pd.set_option("display.max_colwidth", None)
display(knobs("fast"))

# %% [markdown]
# The preset `best` then lets the top of the backbone learn as well, on photos that are changed a little
# each time. It takes much longer and pays off with real photos and enough of them. These knobs come on top:

# %%
display(knobs("best", "Fine-tuning", "Augmentation"))

# %% [markdown]
# `TrainingRun` takes all steps from the request to the verdict: it embeds every photo once, fits the head,
# calibrates it, tries it in 8 bits, exports it to ONNX, and measures it on the test photos through the very
# code that serves. Then the gate decides whether it may serve.

# %%
request = TrainingRequest(
    task=TASK,
    preset="fast",
    weights="file" if settings.backbone_weights else "bundled",
    epochs=60,
    batch_size=32,
    learning_rate=None,
    dropout=0.2,
    views=2,
    seed=0,
)
run = bench.journal.create(request, machine="notebook")
bench.journal.start(run.id, os.getpid())
with Heartbeat(bench.journal, run.id) as heartbeat:
    progress = Progress(bench.journal, run.id, request.preset)
    outcome = TrainingRun(bench, run, progress, heartbeat).execute()
bench.journal.finish(run.id, "completed", version=outcome.version, result=outcome.result)
display(Markdown("\n".join(f"- {line}" for line in bench.journal.log_tail(run.id))))
display(pd.Series(outcome.result["seconds"], name="seconds").to_frame())

# %%
display(curves(bench.journal.epochs(run.id), "loss", "light").update_layout(**titled("Loss")))

# %% [markdown]
# ## 5. Evaluate
#
# The numbers are of the test photos, which training never saw. With few photos the interval is wide: that
# is not a fault of the report.

# %%
report = bench.bundles.report(TASK, outcome.version)
display(Markdown(f"**{outcome.result['verdict']['reason']}**"))
display(pd.Series(report["metrics"], name="test photos").to_frame())

# %%
classes = report["classes"]
counts = report["confusion_matrix"]["counts"]
display(confusion(classes, counts, "light").update_layout(**titled("Answers by true class")))

# %% [markdown]
# **Reliability**: of the answers given with 80 % confidence, are 80 % right? The head's output is divided
# by one number, its *temperature*, chosen on the validation photos, so that its confidence can be believed.

# %%
before, after = report["reliability_before"], report["reliability"]
display(reliability(after, "light", before).update_layout(**titled("Reliability")))

# %% [markdown]
# **ROC** and **precision-recall**: each class against the rest, over all thresholds.

# %%
display(roc(report["curves"]["roc"], "light").update_layout(**titled("ROC")))
display(precision_recall(report["curves"]["pr"], "light").update_layout(**titled("Precision-recall")))

# %% [markdown]
# ## 6. Explain one answer
#
# The class activation map shows what in the photo spoke for the class: bright places did.

# %%
classifier = Classifier(bench.bundles.load(TASK, outcome.version))
chosen = next(photo for photo in labelled_photos(bench.database, TASK) if photo.split == "test")
explanation = classifier.explain(bench.read_photo(chosen))
framed = decode_framed(bench.read_photo(chosen), classifier.manifest.input_spec)
heat = np.asarray(Image.open(io.BytesIO(explanation.overlay_png)))
prediction = explanation.prediction
pair = px.imshow(np.stack([framed, heat]), facet_col=0, height=340)
names = {
    "facet_col=0": f"it is a {chosen.label}",
    "facet_col=1": f"{prediction.predicted_class}, {prediction.confidence:.0%} sure",
}
pair.for_each_annotation(lambda note: note.update(text=names[note.text]))
pair.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
display(pair)

# %% [markdown]
# ## 7. What was written
#
# A version is a *bundle*: the network as ONNX and as Keras, what calibration and "unknown" need, the
# report, and a model card. The manifest vouches for every file by its checksum. Other formats (SavedModel,
# TFLite) are made on request: `POST /models/{version}/export`.

# %%
bundle = home / "models" / TASK / outcome.version
sizes = {file.name: f"{file.stat().st_size / 1024:,.0f} KB" for file in sorted(bundle.iterdir())}
display(pd.Series(sizes, name="size").to_frame())
display(Markdown((bundle / "MODEL_CARD.md").read_text().split("\n## ")[0]))

# %% [markdown]
# ## 8. Ask the running service
#
# The API starts on the same home, finds the model that was just promoted, and answers over HTTP.

# %%
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
url = f"http://127.0.0.1:{port}"
command = [sys.executable, str(REPOSITORY / "app.py"), "--home", str(home), "--port", str(port)]
with (Path(scratch.name) / "api.log").open("wb") as log:
    api = subprocess.Popen(command, stdout=log, stderr=log)


def is_ready() -> bool:
    """Return whether the API answers; raises if it has ended."""
    if api.poll() is not None:
        raise RuntimeError((Path(scratch.name) / "api.log").read_text())
    try:
        return requests.get(f"{url}/health/ready", timeout=2).ok
    except requests.ConnectionError:
        return False


while not is_ready():
    time.sleep(0.1)
status = requests.get(f"{url}/status", params={"task": TASK}, timeout=10).json()
display({name: status[name] for name in ("status", "model_version", "tasks", "dataset", "metrics")})

# %%
sent = {"image": ("photo.jpg", bench.read_photo(chosen))}
answer = requests.post(
    f"{url}/predict", params={"task": TASK, "explain": "true"}, files=sent, timeout=30
).json()
display({name: value for name, value in answer.items() if name != "explanation"})
display(Picture(b64decode(answer["explanation"]["heatmap_png_base64"])))

# %% [markdown]
# Stop the service, and leave nothing behind.

# %%
api.terminate()
ended = api.wait(20)
bench.database.close()
scratch.cleanup()
display(f"The service ended with status {ended}.")
