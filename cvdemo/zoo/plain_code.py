"""A model of the catalogue as plain torchvision or transformers code that gives what the pages show.

The code reads a picture's file and ends with the names that `RESULTS` has for the task. It needs nothing of
this project; a test runs the code of every model and compares it with the zoo's own answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cvdemo.zoo.spec import ModelSpec, Source, Task


class Shown(NamedTuple):
    """What a page shows: score and NMS thresholds, detections at most, what to look for.

    `second` is the file of the picture that a flow goes to, `beam` the width of a beam that writes captions.
    """

    score: float = 0.5
    iou: float = 0.5
    most: int = 100
    prompt: str = "cat, dog"
    beam: int = 3
    second: str = "next.jpg"


DEFAULT = Shown()
RESULTS = {
    Task.CLASSIFY: ("probabilities",),
    Task.DETECT: ("boxes", "scores", "names"),
    Task.SEGMENT: ("labels",),
    Task.INSTANCES: ("boxes", "scores", "names", "masks"),
    Task.POSE: ("keypoints",),
    Task.CAPTION: ("caption",),
    Task.DENSE_CAPTION: ("boxes", "captions"),
    Task.FLOW: ("flow",),
}
"""What the code leaves behind, by task; masks are [N, H, W], keypoints [N, 17, 3], a flow [H, W, 2]."""

READ = """\
import numpy as np
import torch
from PIL import Image
{imports}

picture = np.array(Image.open({file!r}).convert("RGB"))
"""
TENSOR = "x = torch.from_numpy(picture).permute(2, 0, 1) / 255"


def can_be_written(spec: ModelSpec) -> bool:
    """Whether a model is torchvision's or transformers', and takes pictures rather than clips.

    Others are files of packages, or this project's.
    """
    return spec.source in (Source.TORCHVISION, Source.TRANSFORMERS) and spec.task is not Task.VIDEO


def plain_code(spec: ModelSpec, file: str = "photo.jpg", shown: Shown = DEFAULT) -> str:
    """The code of a model that `can_be_written`, for one picture's file."""
    write = TORCHVISION if spec.source is Source.TORCHVISION else TRANSFORMERS
    imports, body = write[spec.task](spec, shown)
    return READ.format(imports=imports, file=file) + body.strip() + "\n"


def weights_name(spec: ModelSpec) -> str:
    """What torchvision calls the weights that the catalogue names by their file."""
    from torchvision.models import get_model_weights

    found = [w for w in get_model_weights(spec.options["name"]) if w.url == spec.weights]
    return str(found[0] if found else "DEFAULT")


Parts = tuple[str, str]
GET_MODEL = "from torchvision.models import get_model"


def _builder(spec: ModelSpec, *more: str) -> str:
    """The call that builds a network of torchvision with its trained weights."""
    further = [f"{name}={value!r}" for name, value in spec.options.get("build", {}).items()]
    given = [f"{spec.options['name']!r}, weights={weights_name(spec)!r}", *further, *more]
    if len(given) == 1:
        return f"get_model({given[0]}).eval()"
    return "get_model(\n    " + ",\n    ".join(given) + ",\n).eval()"


def _normalized(size: str, method: str) -> str:
    """The lines from a picture to ImageNet's normalised tensor."""
    from cvdemo.zoo.torch_classify import MEAN, STD

    return (
        f"small = cv2.resize(picture, {size}, interpolation={method})\n"
        "x = torch.from_numpy(small).permute(2, 0, 1)[None] / 255\n"
        f"x = normalize(x, mean={list(MEAN)}, std={list(STD)})"
    )


NORMALIZE = f"import cv2\n{GET_MODEL}\nfrom torchvision.transforms.functional import normalize"


def _torchvision_classify(spec: ModelSpec, shown: Shown) -> Parts:
    crop = spec.options.get("crop", 224)
    body = f"""
net = {_builder(spec)}
# The whole picture is squeezed to {crop} x {crop}: weights.transforms() would cut off its edges.
{_normalized(f"({crop}, {crop})", "cv2.INTER_AREA")}
with torch.inference_mode():
    probabilities = net(x)[0].softmax(0)
"""
    return NORMALIZE, body


def _torchvision_segment(spec: ModelSpec, shown: Shown) -> Parts:
    from cvdemo.zoo.torchvision_segment import LONGEST, SHORT_SIDE

    body = f"""
net = {_builder(spec)}
height, width = picture.shape[:2]
scale = min({SHORT_SIDE} / min(height, width), {LONGEST} / max(height, width))
method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
{_normalized("(round(width * scale), round(height * scale))", "method")}
with torch.inference_mode():
    probabilities = net(x)["out"].softmax(1)
{TO_PICTURE}"""
    return NORMALIZE, body


def _thresholds(spec: ModelSpec, score: float, iou: float, most: int) -> str:
    """The builder's arguments for what comes behind the network."""
    prefix = "box_" if "rcnn" in spec.options["name"] else ""
    return f"{prefix}score_thresh={score:g}, {prefix}nms_thresh={iou:g}, {prefix}detections_per_img={most}"


CATEGORIES = "from torchvision.models import get_model, get_model_weights"


def _categories(spec: ModelSpec) -> str:
    return f'categories = get_model_weights({spec.options["name"]!r}).DEFAULT.meta["categories"]'


def _torchvision_detect(spec: ModelSpec, shown: Shown) -> Parts:
    from cvdemo.zoo.torchvision_detect import MOST

    body = f"""
net = {_builder(spec, _thresholds(spec, shown.score, shown.iou, MOST))}
{_categories(spec)}
{TENSOR}  # the network resizes and normalises by itself
with torch.inference_mode():
    found = net([x])[0]
named = [row for row, k in enumerate(found["labels"]) if categories[k] != "N/A"][:{shown.most}]
boxes, scores = found["boxes"][named], found["scores"][named]  # x1 y1 x2 y2 in pixels
names = [categories[k] for k in found["labels"][named]]
"""
    return CATEGORIES, body


KEYPOINTS = """\
points, heights = found["keypoints"][kept], found["keypoints_scores"][kept]
keypoints = torch.cat([points[..., :2], heights.sigmoid()[..., None]], dim=2)
"""
MASKS = """\
names = [categories[k] for k in found["labels"][kept]]
masks = found["masks"][kept, 0] >= 0.5
"""


def _torchvision_heads(spec: ModelSpec, shown: Shown) -> Parts:
    from cvdemo.zoo.model import FLOOR
    from cvdemo.zoo.top_down import MOST, NMS_IOU

    body = f"""
# A loose NMS before the second head; what is shown is chosen behind it.
net = {_builder(spec, _thresholds(spec, FLOOR, NMS_IOU, MOST))}
{_categories(spec)}
{TENSOR}  # the network resizes and normalises by itself
with torch.inference_mode():
    found = net([x])[0]
named = torch.tensor([categories[k] not in ("N/A", "no person") for k in found["labels"]], dtype=torch.bool)
rows = (named & (found["scores"] >= {shown.score:g})).nonzero()[:, 0]
kept = batched_nms(found["boxes"][rows], found["scores"][rows], found["labels"][rows], {shown.iou:g})
kept = rows[kept][:{shown.most}]
boxes, scores = found["boxes"][kept], found["scores"][kept]  # x1 y1 x2 y2 in pixels
{KEYPOINTS if spec.task is Task.POSE else MASKS}"""
    return f"{CATEGORIES}\nfrom torchvision.ops import batched_nms", body


def _torchvision_flow(spec: ModelSpec, shown: Shown) -> Parts:
    from cvdemo.zoo.torchvision_flow import LEAST, LONGEST, STRIDE

    body = f"""
second = np.array(Image.open({shown.second!r}).convert("RGB"))
net = {_builder(spec)}
height, width = picture.shape[:2]
scale = min({LONGEST} / max(height, width), 1)
w, h = round(width * scale), round(height * scale)
pair = [cv2.resize(one, (w, h), interpolation=cv2.INTER_AREA) for one in (picture, second)]
pair = torch.from_numpy(np.stack(pair)).permute(0, 3, 1, 2) / 127.5 - 1
below, right = (max({LEAST} - side, -side % {STRIDE}) for side in (h, w))
pair = torch.nn.functional.pad(pair, (0, right, 0, below), mode="replicate")
with torch.inference_mode():
    flow = net(pair[:1], pair[1:])[-1][0, :, :h, :w]  # of 12 updates the last
flow = cv2.resize(flow.permute(1, 2, 0).numpy(), (width, height)) * [width / w, height / h]
"""
    return f"import cv2\n{GET_MODEL}", body


def _pretrained(spec: ModelSpec, processor: str, model: str) -> str:
    """The lines that load a processor and a network."""
    revision = spec.options.get("revision")
    pinned = f", revision={revision!r}" if revision else ""
    return (
        f"name = {spec.weights!r}\n"
        f"processor = {processor}.from_pretrained(name{pinned})\n"
        f"net = {model}.from_pretrained(name{pinned}, dtype=torch.float32).eval()"
    )


def _transformers_detect(spec: ModelSpec, shown: Shown) -> Parts:
    if spec.prompt:
        return _grounding(spec, shown)
    body = f"""
{_pretrained(spec, "AutoImageProcessor", "AutoModelForObjectDetection")}
inputs = processor(images=picture, return_tensors="pt")
with torch.inference_mode():
    answer = net(**inputs)
found = processor.post_process_object_detection(
    answer, threshold={shown.score:g}, target_sizes=[picture.shape[:2]])[0]
best = found["scores"].argsort(descending=True, stable=True).tolist()
best = [i for i in best if net.config.id2label[int(found["labels"][i])] != "N/A"][:{shown.most}]
boxes, scores = found["boxes"][best], found["scores"][best]  # x1 y1 x2 y2 in pixels; no NMS
names = [net.config.id2label[int(k)] for k in found["labels"][best]]
"""
    return "from transformers import AutoImageProcessor, AutoModelForObjectDetection", body


def _grounding(spec: ModelSpec, shown: Shown) -> Parts:
    texts = list(dict.fromkeys(part.strip().lower() for part in shown.prompt.split(",") if part.strip()))
    body = f"""
{_pretrained(spec, "AutoProcessor", "AutoModelForZeroShotObjectDetection")}
texts = {texts!r}
inputs = processor(images=picture, text=" ".join(f"{{t}}." for t in texts), return_tensors="pt")
with torch.inference_mode():
    answer = net(**inputs)
tokens = inputs["input_ids"][0]  # [CLS] a phrase . another . [SEP]
stop = tokens == processor.tokenizer.convert_tokens_to_ids(".")
phrase = (stop.cumsum(0) - stop.long()).masked_fill(stop, -1)  # each token's phrase
phrase[[0, -1]] = -1
likely = answer.logits[0, :, : len(tokens)].sigmoid()  # [Q, T]
table = torch.stack([likely[:, phrase == k].amax(1) for k in range(len(texts))], dim=1)  # [Q, P]
query, column = (table >= {shown.score:g}).nonzero(as_tuple=True)
best = table[query, column].argsort(descending=True, stable=True)[:{shown.most}]
query, column = query[best], column[best]
scores, names = table[query, column], [texts[k] for k in column]
centre, size = answer.pred_boxes[0, query].split(2, dim=1)
boxes = torch.cat([centre - size / 2, centre + size / 2], 1) * torch.tensor(picture.shape[1::-1] * 2)
boxes = boxes.clamp(min=0).minimum(torch.tensor(picture.shape[1::-1] * 2))  # x1 y1 x2 y2 in pixels
"""
    return "from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor", body


TO_PICTURE = """\
full = torch.nn.functional.interpolate(probabilities, picture.shape[:2], mode="bilinear")
labels = full[0].argmax(0)
"""
CLASSES_AND_MASKS = """\
classes = answer.class_queries_logits[0].softmax(-1)[:, :-1]  # [Q, C], without "none"
masks = answer.masks_queries_logits[0].sigmoid()  # [Q, h, w]
"""


def _transformers_segment(spec: ModelSpec, shown: Shown) -> Parts:
    queries = spec.adapter.endswith(":load_masks")
    kind = "AutoModelForUniversalSegmentation" if queries else "AutoModelForSemanticSegmentation"
    scores = (
        f"{CLASSES_AND_MASKS}"
        'probabilities = torch.einsum("qc,qhw->chw", classes, masks)[None]\n'
        "probabilities = probabilities / probabilities.sum(1).clamp(min=1e-6)"
        if queries
        else "probabilities = answer.logits.softmax(1)"
    )
    body = f"""
{_pretrained(spec, "AutoImageProcessor", kind)}
inputs = processor(images=picture, return_tensors="pt")
with torch.inference_mode():
    answer = net(**inputs)
{scores}
{TO_PICTURE}"""
    return f"from transformers import AutoImageProcessor, {kind}", body


def _transformers_instances(spec: ModelSpec, shown: Shown) -> Parts:
    kind = "AutoModelForUniversalSegmentation"
    body = f"""
{_pretrained(spec, "AutoImageProcessor", kind)}
inputs = processor(images=picture, return_tensors="pt")
with torch.inference_mode():
    answer = net(pixel_values=inputs["pixel_values"])
{CLASSES_AND_MASKS}
inside = masks > 0.5
quality = (masks * inside).sum((1, 2)) / inside.sum((1, 2)).clamp(min=1)
table = classes * quality[:, None]  # the class's probability times the mask's mean inside
best = table.flatten().topk(min({shown.most}, table.numel())).indices
query, column = best // table.shape[1], best % table.shape[1]
kept = (table[query, column] >= {shown.score:g}) & inside.any(2).any(1)[query]
query, column = query[kept], column[kept]
scores, names = table[query, column], [net.config.id2label[int(k)] for k in column]
cell = torch.tensor(picture.shape[1::-1]) / torch.tensor(masks.shape[:0:-1])
boxes = masks_to_boxes(inside[query])  # of the last cells inside: one more is their edge
boxes = (boxes + torch.tensor([0, 0, 1, 1])) * cell.repeat(2)  # x1 y1 x2 y2 in pixels
full = torch.nn.functional.interpolate(masks[None], picture.shape[:2], mode="bilinear")[0]
masks = full[query] >= 0.5
"""
    return (
        f"from torchvision.ops import masks_to_boxes\nfrom transformers import AutoImageProcessor, {kind}",
        body,
    )


def _transformers_pose(spec: ModelSpec, shown: Shown) -> Parts:
    body = f"""
{_pretrained(spec, "AutoImageProcessor", "VitPoseForPoseEstimation")}
people = np.array([[0.0, 0.0, *picture.shape[1::-1]]])  # x y width height of each person, from any detector
inputs = processor(images=picture, boxes=[people], return_tensors="pt")
with torch.inference_mode():
    answer = net(**inputs)
found = processor.post_process_pose_estimation(answer, boxes=[people])[0]
keypoints = torch.stack([torch.cat([p["keypoints"], p["scores"][:, None]], dim=1) for p in found])
"""
    return "from transformers import AutoImageProcessor, VitPoseForPoseEstimation", body


class _Captioner(NamedTuple):
    """How a captioner is written: its classes, what the processor is given, what is generated from."""

    net: str
    processor: str = "AutoProcessor"
    given: str = "images=picture"
    inputs: str = "**inputs"
    tokenizer: str = "processor"


CAPTIONERS = {
    "load_blip": _Captioner("BlipForConditionalGeneration"),
    "load_git": _Captioner("GitForCausalLM", inputs='pixel_values=inputs["pixel_values"]'),
    "load_vit_gpt2": _Captioner("VisionEncoderDecoderModel", "AutoImageProcessor", tokenizer="tokenizer"),
    "load": _Captioner("Florence2ForConditionalGeneration", given='text="<CAPTION>", images=picture'),
}


def _transformers_caption(spec: ModelSpec, shown: Shown) -> Parts:
    from cvdemo.zoo.captioner import Captioner

    how = CAPTIONERS[spec.adapter.rpartition(":")[2]]
    own = how.tokenizer == "tokenizer"
    tokenizer = "\ntokenizer = AutoTokenizer.from_pretrained(name)" if own else ""
    body = f"""
{_pretrained(spec, how.processor, how.net)}{tokenizer}
inputs = processor({how.given}, return_tensors="pt")
with torch.inference_mode():  # transformers' beam keeps its width when a sentence ends: it may find another
    answer = net.generate(
        {how.inputs}, num_beams={shown.beam}, do_sample=False, length_penalty=0.0,
        no_repeat_ngram_size=0, max_new_tokens={Captioner.longest})
caption = {how.tokenizer}.decode(answer[0], skip_special_tokens=True).strip()
"""
    names = sorted([how.net, how.processor, *(["AutoTokenizer"] if own else [])])
    return f"from transformers import {', '.join(names)}", body


def _transformers_dense(spec: ModelSpec, shown: Shown) -> Parts:
    from cvdemo.zoo.florence_regions import BEAM, MOST_TOKENS, REGIONS

    body = f"""
{_pretrained(spec, "AutoProcessor", "Florence2ForConditionalGeneration")}
task = {REGIONS!r}
inputs = processor(text=task, images=picture, return_tensors="pt")
with torch.inference_mode():
    answer = net.generate(**inputs, num_beams={BEAM}, do_sample=False, max_new_tokens={MOST_TOKENS})
size = picture.shape[1::-1]
found = processor.post_process_generation(sequence=answer[0], task=task, image_size=size)[task]
# All regions as the network wrote them: it has no scores, and nothing is suppressed.
boxes, captions = found["bboxes"], found["labels"]  # x1 y1 x2 y2 in pixels
"""
    return "from transformers import AutoProcessor, Florence2ForConditionalGeneration", body


Write = Callable[[ModelSpec, Shown], Parts]
TORCHVISION: dict[Task, Write] = {
    Task.CLASSIFY: _torchvision_classify,
    Task.DETECT: _torchvision_detect,
    Task.SEGMENT: _torchvision_segment,
    Task.INSTANCES: _torchvision_heads,
    Task.POSE: _torchvision_heads,
    Task.FLOW: _torchvision_flow,
}
TRANSFORMERS: dict[Task, Write] = {
    Task.DETECT: _transformers_detect,
    Task.SEGMENT: _transformers_segment,
    Task.INSTANCES: _transformers_instances,
    Task.POSE: _transformers_pose,
    Task.CAPTION: _transformers_caption,
    Task.DENSE_CAPTION: _transformers_dense,
}
