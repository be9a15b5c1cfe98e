"""Every model of the hub, loaded by the real code from a tiny random checkpoint of its own kind."""

from __future__ import annotations

import errno
import hashlib
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
import transformers as hf

from cvdemo.errors import CheckpointError, ModelNotAvailableError
from cvdemo.zoo import fetch, torchvision_classify, torchvision_detect, transformers_detect
from cvdemo.zoo.catalogue_hub import TORCHVISION, TRANSFORMERS
from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import FLOOR, Detector
from cvdemo.zoo.spec import ModelSpec, Source, Task

DETECTORS = [s for s in TORCHVISION if s.task is Task.DETECT]
CLASSIFIERS = [s for s in TORCHVISION if s.task is Task.CLASSIFY]
CLOSED = [s for s in TRANSFORMERS if s.task is Task.DETECT and not s.prompt]
CAM = {"resnet50", "efficientnet-b0"}
FIGURE = {
    Task.DETECT: "box_map",
    Task.CLASSIFY: "acc@1",
    Task.SEGMENT: "miou",
    Task.INSTANCES: "mask_map",
    Task.POSE: "kp_map",
    Task.FLOW: "epe",
}
NOWHERE = "http://127.0.0.1:9"

pytestmark = pytest.mark.usefixtures("no_hub", "no_denormals")


def _id(spec: ModelSpec) -> str:
    return spec.key


# --- torchvision ----------------------------------------------------------------------------------


def small(spec: ModelSpec) -> ModelSpec:
    """The spec with arguments that keep a random network quick."""
    name = spec.options["name"]
    if "ssd" in name:
        build: dict[str, Any] = {"topk_candidates": 10}
    else:
        build = {"min_size": 64, "max_size": 96}
        build |= {"rpn_post_nms_top_n_test": 30} if "rcnn" in name else {"topk_candidates": 60}
    return replace(spec, options={**spec.options, "build": build})


def saved(net: torch.nn.Module, folder: Path) -> str:
    path = folder / "weights.pth"
    torch.save(net.state_dict(), path)
    return str(path)


def check_detections(found: Any, detector: Detector, shape: tuple[int, ...]) -> None:
    height, width = shape[:2]
    assert len(found) > 0
    assert found.xyxy.shape == (len(found), 4)
    assert set(found.class_id.tolist()) <= set(labels(detector.spec.labels))
    assert ((found.confidence > FLOOR) & (found.confidence <= 1)).all()
    assert (np.diff(found.confidence) <= 0).all()
    assert (found.xyxy >= 0).all() and (found.xyxy <= [width, height, width, height]).all()


@pytest.mark.parametrize("spec", DETECTORS, ids=_id)
def test_torchvision_detector(
    spec: ModelSpec, picture: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    spec = small(spec)
    net = torchvision_detect.build(spec)
    spec = replace(spec, weights=saved(net, tmp_path))
    detector = torchvision_detect.load(spec, "cpu")
    assert detector.nbytes >= sum(p.nbytes for p in net.parameters())

    calls = []
    suppress = torchvision.ops.boxes.batched_nms

    def count(boxes: Any, scores: Any, ids: Any, iou: float) -> Any:
        kept = suppress(boxes, scores, ids, iou)
        calls.append((len(boxes), len(kept)))
        return kept

    monkeypatch.setattr(torchvision.ops.boxes, "batched_nms", count)
    found = detector.raw(picture)
    given, kept = calls[-1]
    assert given == kept > 0  # the network's own NMS suppresses nothing
    check_detections(found, detector, picture.shape)
    assert fetch.is_here(spec)


@pytest.mark.parametrize("spec", DETECTORS, ids=_id)
def test_torchvision_network_is_that_of_the_trained_weights(
    spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    with torch.device("meta"):
        ours = torchvision_detect.build(spec)
        state = ours.state_dict()
        monkeypatch.setattr("torchvision.models._api.WeightsEnum.get_state_dict", lambda *a, **k: state)
        theirs = torchvision.models.get_model(spec.options["name"], weights="DEFAULT")
    assert repr(ours) == repr(theirs)  # the layers, their frozen norms and epsilons
    assert ours.state_dict().keys() == theirs.state_dict().keys()


@pytest.mark.parametrize("spec", CLASSIFIERS, ids=_id)
def test_torchvision_classifier(spec: ModelSpec, picture: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = torchvision.models.get_model(spec.options["name"], weights=None)
    spec = replace(spec, weights=saved(net, tmp_path))
    answer = torchvision_classify.load(spec, "cpu")(picture)
    assert answer.probabilities.shape == (1000,)
    assert answer.probabilities.sum() == pytest.approx(1, abs=1e-4)
    if spec.key in CAM:
        assert answer.maps is not None and answer.maps.shape == (1000, 7, 7)
        bias = net.get_submodule(spec.options["linear"]).bias.detach().numpy()
        logits = answer.maps.mean(axis=(1, 2)) + bias
        logits = np.exp(logits - logits.max())
        np.testing.assert_allclose(logits / logits.sum(), answer.probabilities, rtol=1e-3, atol=1e-6)
    else:
        assert answer.maps is None


@pytest.mark.parametrize("spec", TORCHVISION, ids=_id)
def test_figures_are_torchvisions(spec: ModelSpec) -> None:
    weights = torchvision.models.get_model_weights(spec.options["name"]).DEFAULT
    assert spec.weights == weights.url
    assert spec.download_bytes == round(weights.meta["_file_size"] * 1024 * 1024)
    figures = {k: v for m in weights.meta["_metrics"].values() for k, v in m.items()}
    assert spec.published is not None
    assert spec.published.value == figures[FIGURE[spec.task]]
    if spec.task is Task.CLASSIFY:
        assert [spec.options["crop"]] == weights.transforms().crop_size


READ = {
    "florence-2-base": (133.0, "model card of microsoft/Florence-2-base, from a copy"),
    "detr-resnet50": (42.0, "model card of facebook/detr-resnet-50"),
    "yolos-tiny": (28.7, "github.com/hustvl/YOLOS, README, YOLOS-Ti"),
    "rtdetrv2-r18": (48.1, "name of the checkpoint that github.com/lyuwenyu/RT-DETR publishes"),
    "dfine-small": (48.5, "github.com/Peterande/D-FINE, README, D-FINE-S on COCO alone"),
    "grounding-dino-tiny": (48.4, "github.com/IDEA-Research/GroundingDINO, README, zero-shot"),
    "segformer-b0-ade": (37.4, "arXiv:2105.15203, sec. 4.3"),
    "segformer-b0-cityscapes": (76.2, "arXiv:2105.15203, as others quote its table 2"),
    "upernet-convnext-tiny": (46.11, "mmsegmentation, configs/convnext/README.md"),
    "mask2former-swin-tiny": (47.7, "github.com/facebookresearch/Mask2Former, MODEL_ZOO.md, one scale"),
    "mask2former-swin-tiny-coco": (45.0, "github.com/facebookresearch/Mask2Former, MODEL_ZOO.md"),
    "vitpose-base-simple": (75.5, "github.com/ViTAE-Transformer/ViTPose, README, simple decoder"),
}
"""Figures as they were read, and where."""


def test_the_hubs_figures_are_those_that_were_read() -> None:
    published = {s.key: s.published.value for s in TRANSFORMERS if s.published}
    assert published == {key: value for key, (value, _) in READ.items()}


# --- transformers ---------------------------------------------------------------------------------

COCO80 = dict(enumerate(labels("coco").values()))
COCO91 = {i: labels("coco").get(i, "N/A") for i in range(91)}
SIZE = {"height": 64, "width": 64}
HYBRID: dict[str, Any] = {
    "encoder_hidden_dim": 32,
    "encoder_in_channels": [16, 16, 16],
    "encoder_ffn_dim": 32,
    "encoder_attention_heads": 2,
    "feat_strides": [8, 16, 32],
    "hidden_expansion": 0.5,
    "d_model": 32,
    "num_queries": 20,
    "decoder_in_channels": [32, 32, 32],
    "decoder_ffn_dim": 32,
    "decoder_layers": 2,
    "decoder_attention_heads": 2,
    "id2label": COCO80,
}


def tiny_detr() -> Any:
    backbone = hf.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 8, 8], depths=[1, 1, 1, 1], out_features=["stage4"]
    )
    config = hf.DetrConfig(
        use_timm_backbone=False,
        backbone_config=backbone,
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        num_queries=20,
        id2label=COCO91,
    )
    size = {"shortest_edge": 64, "longest_edge": 96}
    return hf.DetrForObjectDetection(config), hf.DetrImageProcessor(size=size)


def tiny_yolos() -> Any:
    config = hf.YolosConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=[64, 96],
        num_detection_tokens=20,
        id2label=COCO91,
    )
    size = {"shortest_edge": 64, "longest_edge": 96}
    return hf.YolosForObjectDetection(config), hf.YolosImageProcessor(size=size)


def tiny_rtdetr() -> Any:
    backbone = hf.RTDetrResNetConfig(
        embedding_size=16,
        hidden_sizes=[16, 16, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    config = hf.RTDetrV2Config(backbone_config=backbone, **HYBRID)
    return hf.RTDetrV2ForObjectDetection(config), hf.RTDetrImageProcessor(size=SIZE)


def tiny_dfine() -> Any:
    backbone = hf.HGNetV2Config(
        stem_channels=[3, 8, 8],
        stage_in_channels=[8, 16, 16, 16],
        stage_mid_channels=[8, 8, 8, 8],
        stage_out_channels=[16, 16, 16, 16],
        hidden_sizes=[16, 16, 16, 16],
        stage_num_blocks=[1, 1, 1, 1],
        stage_numb_of_layers=[1, 1, 1, 1],
        out_features=["stage2", "stage3", "stage4"],
    )
    config = hf.DFineConfig(backbone_config=backbone, **HYBRID)
    return hf.DFineForObjectDetection(config), hf.RTDetrImageProcessor(size=SIZE)


TINY = {
    "detr-resnet50": tiny_detr,
    "yolos-tiny": tiny_yolos,
    "rtdetrv2-r18": tiny_rtdetr,
    "dfine-small": tiny_dfine,
}


@pytest.mark.parametrize("spec", CLOSED, ids=_id)
def test_transformers_detector(spec: ModelSpec, picture: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net, processor = TINY[spec.key]()
    net.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    spec = replace(spec, weights=str(tmp_path))
    detector = transformers_detect.load(spec, "cpu")
    assert detector.nbytes >= sum(p.nbytes for p in net.parameters())
    found = detector.raw(picture)
    check_detections(found, detector, picture.shape)
    assert len(detector(picture, score=0.0, max_detections=1000)) == len(found)  # no NMS
    assert fetch.is_here(spec)
    assert "Timm" not in repr(detector.net)


def test_damaged_transformers_files(tmp_path: Path) -> None:
    net, processor = tiny_yolos()
    net.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="YOLOS-Tiny"):
        transformers_detect.load(replace(CLOSED[1], weights=str(tmp_path)), "cpu")


def test_coco_ids_by_name() -> None:
    assert transformers_detect.coco_ids(COCO80).tolist() == list(labels("coco"))
    ids = transformers_detect.coco_ids(COCO91)
    assert all(ids[i] == (i if i in labels("coco") else -1) for i in range(91))
    assert transformers_detect.coco_ids({0: "tvmonitor", 1: "Dining_Table"}).tolist() == [72, 67]


@pytest.fixture(scope="module")
def grounding(tmp_path_factory: pytest.TempPathFactory) -> transformers_detect.OpenVocabularyDetector:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("grounding")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "a", "red", "kite", "dog", "?"]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    tokenizer = hf.BertTokenizerFast(vocab={w: i for i, w in enumerate(words)}, do_lower_case=True)
    swin = hf.SwinConfig(
        image_size=64,
        window_size=4,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        out_features=["stage2", "stage3", "stage4"],
    )
    bert = hf.BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    config = hf.GroundingDinoConfig(
        backbone_config=swin,
        text_config=bert,
        d_model=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        num_queries=20,
    )
    hf.GroundingDinoForObjectDetection(config).save_pretrained(folder)
    images = hf.GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 96})
    hf.GroundingDinoProcessor(images, tokenizer).save_pretrained(folder)
    spec = next(s for s in TRANSFORMERS if s.prompt)
    return transformers_detect.load_open_vocabulary(replace(spec, weights=str(folder)), "cpu")


def test_open_vocabulary(grounding: transformers_detect.OpenVocabularyDetector, picture: np.ndarray) -> None:
    answers: list[Any] = []
    hook = grounding.net.register_forward_hook(lambda _net, _inputs, answer: answers.append(answer))
    asked = "A red kite, dog, a red kite"
    pairs = grounding.network(picture, asked)
    hook.remove()
    assert len(answers) == 1
    scores = answers[0].logits[0].sigmoid()  # tokens: [CLS] a red kite . dog . [SEP]
    expected = np.stack([scores[:, 1:4].amax(dim=1), scores[:, 5]], axis=1)
    query, phrase = np.nonzero(expected > FLOOR)
    assert len(query) > 20  # both phrases of one query
    np.testing.assert_array_equal(pairs.class_ids, phrase)
    np.testing.assert_allclose(pairs.scores, expected[query, phrase], rtol=1e-4)

    found = grounding.raw(picture, prompt=asked)
    assert set(found.class_id.tolist()) == {0, 1}
    assert set(found.data["class_name"]) == {"a red kite", "dog"}
    assert ((found.confidence > FLOOR) & (found.confidence <= 1)).all()
    assert (found.xyxy >= 0).all() and (found.xyxy <= [110, 72, 110, 72]).all()


@pytest.mark.parametrize("prompt", ["", " , ", "..., ."])
def test_open_vocabulary_without_words(
    grounding: transformers_detect.OpenVocabularyDetector, picture: np.ndarray, prompt: str
) -> None:
    assert len(grounding.raw(picture, prompt=prompt)) == 0


def test_open_vocabulary_long_prompt(
    grounding: transformers_detect.OpenVocabularyDetector, picture: np.ndarray
) -> None:
    found = grounding.raw(picture, prompt=",".join(["red kite dog " * k for k in range(1, 40)]))
    assert len(found) > 0  # phrases beyond the network's text length are not found, the others are


def test_phrase_scores_take_the_best_token() -> None:
    text, spans = transformers_detect.caption(["a kite", "dog"])
    assert text == "a kite. dog."
    offsets = [[0, 0], [0, 1], [2, 6], [6, 7], [8, 11], [11, 12], [0, 0]]
    logits = torch.tensor([[9.0, 0.0, 1.0, 9.0, -1.0, 9.0, 9.0]])
    scores = transformers_detect.phrase_scores(logits, offsets, spans)
    torch.testing.assert_close(scores, torch.tensor([[1.0, -1.0]]).sigmoid())


# --- files ----------------------------------------------------------------------------------------


class Trap:
    """A pickle that writes a file when it is loaded with code."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_pickle_with_code_is_not_run(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    for name in ("torch.pth", "plain.pth"):
        path = tmp_path / name
        if name == "torch.pth":
            torch.save({"weight": Trap(sprung)}, path)
        else:
            path.write_bytes(pickle.dumps({"weight": Trap(sprung)}))
        with pytest.raises(CheckpointError, match=name):
            load_state(torch.nn.Linear(2, 2), path)
    assert not sprung.exists()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_damaged_and_foreign_weights(tmp_path: Path, suffix: str) -> None:
    from safetensors.torch import save_file

    def save(net: torch.nn.Module, name: str) -> Path:
        path = tmp_path / f"{name}{suffix}"
        (torch.save if suffix == ".pth" else save_file)(net.state_dict(), path)
        return path

    net = torch.nn.Linear(20, 20)
    good = save(torch.nn.Linear(20, 20), "good")
    load_state(net, good)
    for size in (0, 10, 200, good.stat().st_size - 40):
        (bad := tmp_path / f"cut{size}{suffix}").write_bytes(good.read_bytes()[:size])
        with pytest.raises(CheckpointError, match=f"'{bad.name}' is damaged"):
            load_state(net, bad)
    (noise := tmp_path / f"noise{suffix}").write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(CheckpointError, match=noise.name):
        load_state(net, noise)
    for other in (torch.nn.Linear(20, 21), torch.nn.BatchNorm1d(20), torch.nn.Linear(20, 20, bias=False)):
        with pytest.raises(CheckpointError, match="another model"):
            load_state(net, save(other, "other"))
    with pytest.raises(CheckpointError, match="does not exist"):
        load_state(net, tmp_path / f"none{suffix}")


def test_a_tensor_is_no_state_dict(tmp_path: Path) -> None:
    torch.save(torch.zeros(3), tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match="state dict"):
        load_state(torch.nn.Linear(2, 2), tmp_path / "x.pth")


def test_module_bytes() -> None:
    assert module_bytes(torch.nn.BatchNorm1d(5)) == 4 * 5 * 4 + 8


def test_fetch_file(home: Path, server: tuple[Path, str]) -> None:
    folder, url = server
    data = bytes(600_000)
    name = f"net-{hashlib.sha256(data).hexdigest()[:8]}.pth"
    (folder / name).write_bytes(data)
    heard: list[tuple[int, int]] = []
    path = fetch.fetch_file(f"{url}/{name}", lambda done, total: heard.append((done, total)))
    assert path == home / name == Path(torch.hub.get_dir()) / "checkpoints" / name
    assert path.read_bytes() == data
    assert heard[-1] == (600_000, 600_000) and heard == sorted(heard) and len(heard) > 1
    (folder / name).unlink()
    assert fetch.fetch_file(f"{url}/{name}") == path  # once is enough
    assert [p.name for p in home.iterdir()] == [name]


def test_fetch_file_refuses_what_its_name_does_not_say(home: Path, server: tuple[Path, str]) -> None:
    folder, url = server
    (folder / "net-12345678.pth").write_bytes(b"other")
    with pytest.raises(CheckpointError, match="SHA-256"):
        fetch.fetch_file(f"{url}/net-12345678.pth")
    with pytest.raises(ModelNotAvailableError, match="404"):
        fetch.fetch_file(f"{url}/none-12345678.pth")
    assert list(home.iterdir()) == []


def test_no_network(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelNotAvailableError, match="no network"):
        fetch.fetch_file(f"{NOWHERE}/x-12345678.pth")
    with pytest.raises(ModelNotAvailableError, match="does not exist"):
        fetch.fetch_file("/nowhere/x.pth")
    with pytest.raises(ModelNotAvailableError, match="nobody/nothing"):
        fetch.fetch_repository("nobody/nothing")
    for spec in (s for s in TORCHVISION if s.source is Source.TORCHVISION):
        assert not fetch.is_here(spec)
    assert not fetch.is_here(replace(CLOSED[0], weights="nobody/nothing"))


def test_a_full_disk_is_said(home: Path, server: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, url = server
    (folder / "net-12345678.pth").write_bytes(b"other")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch, "_download", full)
    with pytest.raises(ModelNotAvailableError, match="there is no space left on the disk"):
        fetch.fetch_file(f"{url}/net-12345678.pth")


def test_a_bug_is_raised_as_it_is(home: Path, server: tuple[Path, str]) -> None:
    folder, url = server
    (folder / "net-12345678.pth").write_bytes(b"other")

    def bug(done: int, total: int) -> None:
        raise KeyError("a bug of ours")

    with pytest.raises(KeyError, match="a bug of ours"):
        fetch.fetch_file(f"{url}/net-12345678.pth", bug)


def test_progress_hears_of_bytes_only() -> None:
    heard: list[tuple[int, int]] = []
    bar = fetch._bar(lambda done, total: heard.append((done, total)))
    with bar(desc="files", total=3) as files, bar(desc="bytes", unit="B", total=0, initial=0) as data:
        files.update(1)
        bar(desc="Downloading bytes", unit="B", total=0).update(7)
        data.total += 100
        data.update(40)
        data.update(60)
    assert heard == [(40, 100), (100, 100)]
