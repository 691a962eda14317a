"""Sessions of one thread, of nothing but networks."""

import pytest

from lenswright.errors import BundleRefused
from lenswright.inference.session import open_session
from tests.models import tiny_classifier


def test_a_session_uses_one_thread_and_keeps_no_arena() -> None:
    options = open_session(tiny_classifier()).get_session_options()
    assert options.intra_op_num_threads == options.inter_op_num_threads == 1
    assert not options.enable_cpu_mem_arena


@pytest.mark.parametrize("data", [b"", b"not a network", tiny_classifier()[:-100]])
def test_bytes_that_are_no_network_are_refused(data: bytes) -> None:
    with pytest.raises(BundleRefused, match="cannot be loaded"):
        open_session(data)
