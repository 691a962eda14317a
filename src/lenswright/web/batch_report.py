"""The answers to the photos of one batch, made into JSON as they come: only they stay in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lenswright.dataset.upload import clean_filename, printing
from lenswright.errors import LenswrightError
from lenswright.inference.answering import Answering
from lenswright.inference.prediction import Prediction
from lenswright.web.batch_photos import SentPhoto
from lenswright.web.prediction_report import prediction_entry
from lenswright.web.problems import problem_document, status_of
from lenswright.web.recording import record_photo
from lenswright.web.services import Services


@dataclass(frozen=True)
class BatchReport:
    """One entry for each photo, in order; those that were refused have an `error`, a problem document."""

    entries: tuple[dict[str, Any], ...]

    @property
    def errors(self) -> tuple[dict[str, Any], ...]:
        return tuple(entry["error"] for entry in self.entries if "error" in entry)

    @property
    def refusal_code(self) -> str:
        """The one reason for all, or `nothing_predicted` for several."""
        codes = {str(error["code"]) for error in self.errors}
        return codes.pop() if len(codes) == 1 else "nothing_predicted"

    @property
    def refusal(self) -> str:
        """A sentence on why nothing was answered."""
        first, others = self.entries[0], len(self.entries) - 1
        rest = f" So were {others} others." if others else ""
        return f"{first['filename']!r} was refused: {first['error']['detail']}{rest}"


def answer_photos(
    here: Services, answering: Answering, photos: Iterable[SentPhoto], top_k: int | None
) -> BatchReport:
    """Answer each photo, note the answer, and return all of them. Raises Overloaded."""
    names: list[str] = []

    def contents() -> Iterator[bytes | LenswrightError]:
        for photo in photos:
            names.append(clean_filename(photo.filename))
            yield photo.content

    answers = answering.classify_each(contents(), limits=here.limits, top_k=top_k)
    entries = (
        {"index": index, "filename": names[index], **_entry(here, answer)}
        for index, answer in enumerate(answers)
    )
    return BatchReport(tuple(entries))


def _entry(here: Services, answer: Prediction | LenswrightError) -> dict[str, Any]:
    if isinstance(answer, LenswrightError):
        return {"error": problem_document(status_of(answer), answer.code, printing(str(answer)))}
    total_s = (answer.decode_ms + answer.inference_ms) / 1000  # without the wait for its turn
    record_photo(answer, total_s)
    return prediction_entry(answer, total_s, here.clock())
