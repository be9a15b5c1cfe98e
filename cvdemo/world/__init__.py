"""The drawn world: scenes with exact truth, from four parameters, at any size.

from cvdemo import world

scene = world.scene(7, split="test")
picture, truth = world.draw(scene, 1280, 960)
clip = world.clip(7, split="test", seconds=4, fps=25)
picture, truth = world.draw_clip_frame(clip, 10, 1280, 960)  # truth.tracks: who is who in all frames
motion = world.clip_motion(clip, 10, 1280, 960)  # motion.flow to frame 11, motion.occluded
clip = world.activity_clip(7, split="test", activity="sit down")
frames, truth = clip.pictures(320, 320), clip.truth()  # 16 frames of somebody who sits down
pair = world.flow_pair(7, split="test")  # pair.first, pair.second, pair.flow, pair.occluded
stack = world.frame_stack(7, frames=3, split="test")  # stack.frames, stack.semantic of the middle one
"""

from __future__ import annotations

from cvdemo.world.activities.clip import (
    ACTIVITY_VERSION,
    ActivityClip,
    ActivityTruth,
    activity_clip,
    activity_clips,
)
from cvdemo.world.activities.names import ACTIVITIES, ORDER_PAIRS
from cvdemo.world.captions.checker import Statement, check
from cvdemo.world.captions.grammar import RegionDescription, describe_regions, write_captions
from cvdemo.world.clips.camera import CAMERA
from cvdemo.world.clips.clip import CLIP_VERSION, Clip, clip, clips
from cvdemo.world.clips.motion import Motion, clip_motion
from cvdemo.world.clips.pairs import FlowPair, flow_pair
from cvdemo.world.clips.stack import FrameStack, frame_stack, stack_around
from cvdemo.world.clips.truth import ClipTruth, clip_picture, clip_truth, draw_clip_frame
from cvdemo.world.difficulty import KNOBS, PRESETS, Difficulty, Knob, named
from cvdemo.world.graph import Scene, Thing
from cvdemo.world.painting import lay_out, paint_picture
from cvdemo.world.raster import Picture
from cvdemo.world.sampling.scene import scene
from cvdemo.world.truth import Truth, read_truth
from cvdemo.world.vocabulary import (
    COLOURS,
    KEYPOINTS,
    SEMANTIC,
    SKELETON,
    SPLITS,
    STUFF,
    THINGS,
    WORLD_VERSION,
)


def render(scene: Scene, width: int = 1280, height: int = 960) -> Picture:
    """The picture of a scene, uint8 RGB [height, width, 3]; DataError for sizes that cannot be drawn."""
    return paint_picture(lay_out(scene, width, height))


def truth(scene: Scene, width: int = 1280, height: int = 960) -> Truth:
    """The truth of a scene at this size; DataError for sizes that cannot be drawn."""
    return read_truth(lay_out(scene, width, height))


def draw(scene: Scene, width: int = 1280, height: int = 960) -> tuple[Picture, Truth]:
    """Picture and truth of a scene together, which is faster than one after the other."""
    drawn = lay_out(scene, width, height)
    return paint_picture(drawn), read_truth(drawn)


__all__ = [
    "ACTIVITIES", "ACTIVITY_VERSION", "CAMERA", "CLIP_VERSION", "COLOURS", "KEYPOINTS", "KNOBS",
    "ORDER_PAIRS", "PRESETS", "SEMANTIC", "SKELETON", "SPLITS", "STUFF", "THINGS", "WORLD_VERSION",
    "ActivityClip", "ActivityTruth", "Clip", "ClipTruth", "Difficulty", "FlowPair", "FrameStack", "Knob",
    "Motion", "RegionDescription", "Scene", "Statement", "Thing", "Truth", "activity_clip", "activity_clips",
    "check", "clip", "clip_motion", "clip_picture", "clip_truth", "clips", "describe_regions", "draw",
    "draw_clip_frame", "flow_pair", "frame_stack", "named", "render", "scene", "stack_around", "truth",
    "write_captions",
]  # fmt: skip
