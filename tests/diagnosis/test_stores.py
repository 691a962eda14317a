from pathlib import Path

import fsspec
import pytest

from lenswright.diagnosis.stores import check_backbones, check_store


def test_an_object_store_is_written_read_and_left_as_it_was() -> None:
    assert check_store("uploads", "memory://doctor/uploads").status == "ok"
    assert fsspec.filesystem("memory").find("doctor") == []


def test_a_store_of_no_known_kind_is_a_problem() -> None:
    finding = check_store("uploads", "nowhere://bucket")
    assert finding.status == "problem"
    assert "LENSWRIGHT_BLOB_URL" in finding.message


@pytest.mark.parametrize(("may_download", "status"), [(True, "ok"), (False, "warning")])
def test_without_weights_it_depends_on_the_download(may_download: bool, status: str) -> None:
    assert check_backbones(None, may_download=may_download).status == status


def test_given_weights_are_opened(tmp_path: Path) -> None:
    assert check_backbones(tmp_path / "absent.h5", may_download=True).status == "problem"
    assert check_backbones(tmp_path, may_download=True).message == f"no file *.h5 in {tmp_path}"
    (tmp_path / "mobilenet_v2.h5").write_bytes(b"x")
    for given in (tmp_path, tmp_path / "mobilenet_v2.h5"):
        assert check_backbones(given, may_download=True).message == "given: mobilenet_v2.h5"
