from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from lenswright.dataset.folder_layout import Plan, plan
from lenswright.errors import ArchiveRefused, InputRefused


@dataclass
class Files:
    """A source of files that hold nothing, and of lists that do."""

    names: Sequence[str]
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def lists(self) -> Sequence[str]:
        return tuple(self.texts)

    def read(self, name: str) -> bytes:
        return self.texts[name].encode()

    def close(self) -> None:
        """Nothing is open."""


def placed(found: Plan) -> list[tuple[str | None, str | None]]:
    return [(placement.label, placement.split) for placement in found.placements]


def test_class_folders_are_recognised_with_splits_above_them() -> None:
    names = ["test/cat/1.jpg", "train/cat/2.jpg", "train/dog/cat.3.jpg", "val/dog/4.jpg"]
    found = plan(Files(names), "auto")
    assert found.layout == "folders"
    assert placed(found) == [("cat", "test"), ("cat", "train"), ("dog", "train"), ("dog", "validation")]


def test_a_list_wins_over_folders_and_is_named() -> None:
    files = Files(["images/a.jpg", "images/b.jpg"], {"x/other.csv": "", "list.csv": "id,breed\na,poodle\n"})
    found = plan(files, "auto")
    assert (found.layout, found.list_name) == ("csv", "list.csv")
    assert placed(found) == [("poodle", None), ("images", None)]


def test_a_list_that_knows_none_of_the_photos_is_passed_by() -> None:
    files = Files(["cat/1.jpg", "dog/2.jpg"], {"sample_submission.csv": "id,label\n99,cat\n"})
    assert plan(files, "auto").layout == "folders"


@pytest.mark.parametrize("folder", ["", "train/", "train/train/", "photos/"])
def test_flat_names_are_recognised_also_in_one_folder(folder: str) -> None:
    found = plan(Files([f"{folder}cat.1.jpg", f"{folder}dog.2.jpg", f"{folder}dog.3.jpg"]), "auto")
    assert found.layout == "flat"
    assert [label for label, _ in placed(found)] == ["cat", "dog", "dog"]


def test_photos_without_a_word_on_them_have_no_label() -> None:
    found = plan(Files(["1.jpg", "IMG 2.jpg", "test/3.jpg"]), "auto")
    assert (found.layout, placed(found)) == ("none", [(None, None)] * 3)


def test_one_class_folder_is_one() -> None:
    assert plan(Files(["cat/1.jpg", "cat/2.jpg"]), "auto").layout == "folders"


def test_what_is_asked_for_is_done() -> None:
    names = ["cat/dog.1.jpg", "dog/cat.2.jpg"]
    assert placed(plan(Files(names), "flat")) == [("dog", None), ("cat", None)]
    assert placed(plan(Files(names), "folders")) == [("cat", None), ("dog", None)]
    assert placed(plan(Files(names), "none")) == [(None, None)] * 2


def test_a_list_that_is_asked_for_must_be_there() -> None:
    with pytest.raises(InputRefused, match=r"Expected a CSV .* Received: 1 CSVs, none of which"):
        plan(Files(["1.jpg"], {"a.csv": "x,y\n1,2\n"}), "csv")


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(InputRefused, match="Received: 'heaps'"):
        plan(Files(["1.jpg"]), "heaps")


def test_a_list_called_labels_must_be_one() -> None:
    files = Files(["cat/1.jpg"], {"labels.csv": "x,y\n1,2\n"})
    with pytest.raises(ArchiveRefused, match=r"'labels\.csv': .* Another layout than auto or csv leaves it"):
        plan(files, "auto")
    assert plan(files, "folders").layout == "folders"


def test_files_that_a_list_names_in_vain_are_told() -> None:
    found = plan(Files(["a.jpg"], {"l.csv": "file,label\na.jpg,cat\nb.jpg,dog\n"}), "auto")
    assert [upload.filename for upload in found.missing] == ["b.jpg"]
