from .activities.clip import (
    ACTIVITY_VERSION,
    ActivityClip,
    ActivityTruth,
    activity_clip,
    activity_clips,
)
from .activities.names import ACTIVITIES, ORDER_PAIRS
from .captions.checker import Statement, check
from .captions.grammar import RegionDescription, describe_regions, write_captions
from .difficulty import KNOBS, PRESETS, Difficulty, Knob, named
from .drawing import draw, render, truth
from .film.camera import CAMERA
from .film.clip import CLIP_VERSION, Clip, clip, clips
from .film.motion import Motion, clip_motion
from .film.pairs import FlowPair, flow_pair
from .film.stack import FrameStack, frame_stack, stack_around
from .film.truth import ClipTruth, clip_picture, clip_truth, draw_clip_frame
from .graph import Scene, Thing
from .reading import Truth
from .sampling.scene import scene
from .vocabulary import (
    COLOURS,
    KEYPOINTS,
    SEMANTIC,
    SKELETON,
    SPLITS,
    STUFF,
    THINGS,
    WORLD_VERSION,
)

__all__ = [
    "ACTIVITIES", "ACTIVITY_VERSION", "CAMERA", "CLIP_VERSION", "COLOURS", "KEYPOINTS", "KNOBS",
    "ORDER_PAIRS", "PRESETS", "SEMANTIC", "SKELETON", "SPLITS", "STUFF", "THINGS", "WORLD_VERSION",
    "ActivityClip", "ActivityTruth", "Clip", "ClipTruth", "Difficulty", "FlowPair", "FrameStack", "Knob",
    "Motion", "RegionDescription", "Scene", "Statement", "Thing", "Truth", "activity_clip", "activity_clips",
    "check", "clip", "clip_motion", "clip_picture", "clip_truth", "clips", "describe_regions", "draw",
    "draw_clip_frame", "flow_pair", "frame_stack", "named", "render", "scene", "stack_around", "truth",
    "write_captions",
]  # fmt: skip
