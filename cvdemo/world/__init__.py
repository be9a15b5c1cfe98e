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

What is asked for here is imported then, and not before: `__init__.pyi` says where each lies.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
