"""What the fake API offers to take away or to begin with again: frozen data sets, fusion, export."""

import io
import zipfile
from typing import Any

from flask import Flask, Response, request

from tests.dashboard import fake_data as made
from tests.dashboard.fake_edits import FakePhotos, paged


class FakeExchange:
    """`fused` are the requests for a new task; `snapshots` what runs have frozen."""

    def __init__(self, photos: FakePhotos) -> None:
        self.photos, self.fused = photos, []  # type: ignore[var-annotated]
        self.snapshots = [self._snapshot(number) for number in (2, 1)] if photos.all else []

    def _snapshot(self, number: int) -> made.Json:
        versions = ["20261121-040312-9f3e"] if number == 2 else ["20261120-184210-77c0"]
        return {
            **{"id": number, "task": "cats-vs-dogs", "data_hash": f"{number}" * 64, "runs": [number + 1]},
            **{"created_at": made.iso(made.now() - 50_000 * (3 - number)), "versions": versions},
            "photos": len(self.photos.all) - 10 * (3 - number),
        }

    def add_routes(self, app: Flask) -> None:
        """Add frozen data sets, fusion and export."""

        @app.get("/dataset/snapshots")
        def snapshots() -> Any:
            return paged(self.snapshots, "snapshots", request.args)

        @app.post("/dataset/fuse")
        def fuse() -> Any:
            wishes = request.get_json()
            self.fused.append(wishes)
            return {
                **{"edit": 1, "task": wishes["task"], "stored": 12_400, "duplicates": 3},
                **{"classes": {"cat": 4000, "dog": 8400}, "held_out": {"dog": ["beagle", "saluki"]}},
                "splits": {"train": 9000, "validation": 1200, "test": 2200},
            }

        @app.get("/dataset/export", endpoint="export_photos")
        def export() -> Any:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr("labels.csv", "file,label,split,source,id\n")
            named = {"Content-Disposition": "attachment; filename=cats-vs-dogs.zip"}
            return Response(buffer.getvalue(), content_type="application/zip", headers=named)
