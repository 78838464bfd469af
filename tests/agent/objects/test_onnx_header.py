"""What an ONNX file says of itself."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from pi_agent.objects.model_error import ModelError
from pi_agent.objects.onnx_header import read_header
from tests.onnx_file import linear_model, quadrant_model


def test_shape_outputs_and_notes_are_read(tmp_path: Path) -> None:
    header = read_header(quadrant_model(tmp_path / "lamps.onnx"))
    assert header.input_shape == (1, 3, 64, 64)
    assert header.outputs == ("output0",)
    assert header.notes == {"names": "{0: 'lamp', 1: 'lantern'}"}


def test_a_side_that_is_left_open_is_zero(tmp_path: Path) -> None:
    weights = np.zeros((6, 3, 32, 32), np.float32)
    shape = (1, 3, 0, 0)
    path = linear_model(
        tmp_path / "open.onnx", weights, np.zeros(6, np.float32), (1, 6, 1), input_shape=shape
    )
    assert read_header(path).input_shape == shape


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 2**20), data=st.binary(max_size=200))
def test_a_broken_file_is_told_and_nothing_else_happens(
    tmp_path: Path, cut: int, data: bytes
) -> None:
    whole = quadrant_model(tmp_path / "whole.onnx").read_bytes()
    for broken in (data, whole[: cut % len(whole)]):
        path = tmp_path / "broken.onnx"
        path.write_bytes(broken)
        with pytest.raises(ModelError, match=r"broken\.onnx is not a whole ONNX file"):
            read_header(path)
