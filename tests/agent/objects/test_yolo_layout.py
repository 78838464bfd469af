"""Outputs of the YOLO family, as each of them lays out what it found."""

import numpy as np
import pytest

from pi_agent.objects.model_error import ModelError
from pi_agent.objects.yolo_layout import Layout, cells_of, classes_in, layout_of, read

SIZE = (64, 64)


def test_rows_are_centre_size_objectness_and_classes() -> None:
    output = np.zeros((1, 252, 7), np.float32)
    output[0, :, 2:4] = 40
    output[0, 5] = (30, 20, 10, 8, 0.9, 0.2, 0.8)
    layout = layout_of(output, SIZE)
    assert (layout, classes_in(output, layout)) == (Layout.ROWS, 2)
    found = read(output, layout, SIZE, 0.5)
    assert found.corners.tolist() == [[25, 16, 35, 24]]
    assert found.classes.tolist() == [1]
    assert found.scores == pytest.approx([0.72])


def test_columns_have_no_objectness() -> None:
    output = np.zeros((1, 6, 84), np.float32)
    output[0, :, 7] = (30, 20, 10, 8, 0.6, 0.3)
    layout = layout_of(output, SIZE)
    assert (layout, classes_in(output, layout)) == (Layout.COLUMNS, 2)
    found = read(output, layout, SIZE, 0.5)
    assert found.corners.tolist() == [[25, 16, 35, 24]]
    assert (found.classes.tolist(), found.scores.tolist()) == ([0], pytest.approx([0.6]))


def test_a_grid_is_decoded_by_cell_and_stride() -> None:
    cells = cells_of(SIZE)
    assert cells == 64 + 16 + 4
    output = np.zeros((1, cells, 6), np.float32)
    output[0, 8 * 2 + 3] = (0.5, 0.25, 0, np.log(2), 1, 0.9)  # stride 8: column 3, row 2
    output[0, 64 + 16 + 3] = (0.5, 0.5, 0, 0, 1, 0.8)  # stride 32: column 1, row 1
    layout = layout_of(output, SIZE)
    assert layout is Layout.GRID
    found = read(output, layout, SIZE, 0.5)
    assert found.corners == pytest.approx(np.array([[24, 10, 32, 26], [32, 32, 64, 64]]))


def test_a_decoded_grid_is_not_decoded_twice() -> None:
    output = np.full((1, cells_of(SIZE), 6), 30, np.float32)
    assert layout_of(output, SIZE) is Layout.ROWS


def test_final_boxes_are_taken_as_they_are() -> None:
    output = np.zeros((1, 300, 6), np.float32)
    output[0, 0] = (1, 2, 3, 4, 0.7, 5)
    layout = layout_of(output, SIZE)
    assert (layout, classes_in(output, layout)) == (Layout.FINAL, None)
    found = read(output, layout, SIZE, 0.5)
    assert (found.corners.tolist(), found.classes.tolist()) == ([[1, 2, 3, 4]], [5])


@pytest.mark.parametrize("shape", [(1, 1000), (2, 84, 6), (1, 3, 84), (1, 1, 2, 3)])
def test_another_output_is_refused_with_what_is_known(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="known are YOLOX, YOLOv5, YOLOv8"):
        layout_of(np.zeros(shape, np.float32), SIZE)
