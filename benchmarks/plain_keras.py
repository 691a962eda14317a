"""What people write to train a classifier: `image_dataset_from_directory`, a frozen base, ten epochs.

    python -m benchmarks.plain_keras --photos FOLDER --test OTHER_FOLDER --weights WEIGHTS.h5

The peer of `training_speed`, after Keras' own guide to transfer learning. Prints one line of JSON: the
seconds of each phase, from the start of the script, and the accuracy on the test folder.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIZE_PX = 224
BATCH = 32
EPOCHS = 10
VALIDATION_SHARE = 0.2
DROPOUT = 0.2

seconds: dict[str, float] = {}


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Keep how long the block takes."""
    began = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - began, 2)


with phase("import"):
    import keras


def read_arguments() -> argparse.Namespace:
    """Return what to train on and to measure with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder with one folder per class")
    parser.add_argument("--test", type=Path, required=True, help="another such folder, never trained on")
    parser.add_argument("--weights", default="imagenet", help="weights file of MobileNetV2 without its top")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    keras.utils.set_random_seed(0)
    with phase("data"):
        train, validation = read_folder(given.photos, validation_split=VALIDATION_SHARE, subset="both")
        test = read_folder(given.test)
    with phase("build"):
        model = build(len(test.class_names), given.weights)
    with phase("fit"):
        model.fit(train.prefetch(2), validation_data=validation.prefetch(2), epochs=given.epochs, verbose=0)
    with phase("evaluate"):
        _, accuracy = model.evaluate(test, verbose=0)
    print(json.dumps({"seconds": seconds, "accuracy": round(accuracy, 4), "epochs": given.epochs}))


def read_folder(folder: Path, **split: Any) -> Any:
    """Return the photos of `folder` in batches, stretched to a square; with `subset="both"` a pair."""
    return keras.utils.image_dataset_from_directory(
        folder, image_size=(SIZE_PX, SIZE_PX), batch_size=BATCH, seed=0, follow_links=True, **split
    )


def build(class_count: int, weights: str) -> Any:
    """Return the compiled model: MobileNetV2, frozen, and a new last layer."""
    base = keras.applications.MobileNetV2(
        input_shape=(SIZE_PX, SIZE_PX, 3), include_top=False, weights=weights
    )
    base.trainable = False
    images = keras.Input((SIZE_PX, SIZE_PX, 3))
    scaled = keras.applications.mobilenet_v2.preprocess_input(images)
    features = keras.layers.GlobalAveragePooling2D()(base(scaled, training=False))
    answers = keras.layers.Dense(class_count, activation="softmax")(keras.layers.Dropout(DROPOUT)(features))
    model = keras.Model(images, answers)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main()
