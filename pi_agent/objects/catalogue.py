"""The models that `pi-agent models install` knows: where, whose, how large, exactly which bytes."""

from dataclasses import dataclass

PERSON, ANIMALS = "person", frozenset(("bird", "cat", "dog"))
# Others see cell phones in cars from above; a security camera is asked for these.
USUAL_LABELS = ANIMALS | {PERSON, "bicycle", "car", "motorcycle", "bus", "truck", "face"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueModel:
    """A file that is fetched as it is, and refused where a single bit differs."""

    name: str
    finds: str
    url: str
    sha256: str
    size: int  # bytes
    licence: str


CATALOGUE = {
    model.name: model
    for model in (
        CatalogueModel(
            name="yolox-nano",
            finds="persons, vehicles, animals",
            url=(
                "https://raw.githubusercontent.com/Kazuhito00/YOLOX-ONNX-TFLite-Sample/"
                "3d4f1119d0694200671c08069ecb847aa0d8495a/model/yolox_nano.onnx"
            ),
            sha256="695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14",
            size=3_660_092,
            licence="Apache-2.0 (YOLOX, Megvii)",
        ),
        CatalogueModel(
            name="yunet",
            finds="faces",
            url=(
                "https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/"
                "0047ac24afb1a50a0c6105001c89d1b5b805dbf1/onnx/yunet_s_640_640.onnx"
            ),
            sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
            size=232_589,
            licence="MIT (YuNet, Shiqi Yu)",
        ),
    )
}

# Of COCO, in its order: what a model of 80 classes without names of its own was trained on.
# Source: https://cocodataset.org/#explore
# fmt: off
COCO_LABELS = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)
# fmt: on
