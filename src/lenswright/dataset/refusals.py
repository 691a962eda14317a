"""What the data set alone refuses: leaves of the tree in `errors`.

InputRefused
└── MissingFile                  a list of labels names a file that is not there
NotFound
├── InTheBin                     a photo that must be restored before anything is done to it
└── UnknownPrediction            feedback on a request that nobody remembers
Conflict
├── LabelChanged                 somebody else gave the photo another label meanwhile
└── CannotUndo                   an edit that is undone already, goes on still, or is for good
"""

from lenswright.errors import Conflict, InputRefused, NotFound


class MissingFile(InputRefused):
    """A list of labels names a file that is not there."""

    code = "missing_file"


class InTheBin(NotFound):
    """The photo `photo_id` was deleted; it lies in the bin and can be restored."""

    code = "in_the_bin"

    def __init__(self, photo_id: int) -> None:
        super().__init__("photo", photo_id)
        self.args = (f"Photo {photo_id} is in the bin: restore it first.",)


class UnknownPrediction(NotFound):
    """No prediction was answered to that request, or it is forgotten, and no photo was sent along."""

    def __init__(self, request_id: str | None, task: str) -> None:
        super().__init__("prediction", request_id)
        named = "a request id" if request_id is None else f"the request {request_id!r}"
        self.args = (
            f"There is no prediction of {task!r} for {named}. Send the photo along, as a form:"
            " -F image=@photo.jpg -F label=cat.",
        )


class LabelChanged(Conflict):
    """The photo `photo_id` has another label than the one that was to be replaced."""

    code = "label_changed"

    def __init__(self, photo_id: int, *, expected: str | None, present: str | None) -> None:
        super().__init__(
            f"Somebody changed the label of photo {photo_id} meanwhile; nothing was changed now."
            f" Expected: {_named(expected)}. It has: {_named(present)}."
        )


class CannotUndo(Conflict):
    """The edit `edit_id` cannot be undone, because of `why`."""

    code = "cannot_undo"

    def __init__(self, edit_id: int, why: str) -> None:
        super().__init__(f"Edit {edit_id} cannot be undone: {why}.")


def _named(label: str | None) -> str:
    return "no label" if label is None else repr(label)
