"""The entries of the nets of optical flow, part of the table in `cvdemo.zoo.entries`."""

from __future__ import annotations

from cvdemo.train.recipes import FlowPairs, Recipe
from cvdemo.zoo.entry import Entry
from cvdemo.zoo.spec import Task

ADAPTER = "cvdemo.zoo.drawn_flow:DrawnFlow"

FLOW_ENTRIES = (
    Entry(
        "flownet", "FlowNetS", "1504.06852", "cvdemo.nets.flownet:FlowNetS",
        Recipe("flownet", "cvdemo.train.flow:FlowNetTask:flownet", steps=4800, rate=2e-3,
               channels_last=True, data=FlowPairs(pool=1024, fresh=144), eight_bits=True),
        Task.FLOW, ADAPTER,
        differences=(
            "It is small, and its coarsest map has stride 32 rather than 64.",
            "It has batch normalisation, and it goes on from stride 4 to stride 2.",
        ),
    ),
    Entry(
        "raft", "RAFT", "2003.12039", "cvdemo.nets.raft:RAFT",
        Recipe("raft", "cvdemo.train.flow:RAFTTask:raft", steps=5600, batch=8, rate=1.5e-3,
               channels_last=True, data=FlowPairs(pool=1024, fresh=224), eight_bits=True),
        Task.FLOW, ADAPTER,
        differences=(
            "It is small: blocks are bottlenecks, the pyramid has three levels, and the GRU is one of 3 x 3.",
        ),
        default=True,
    ),
)  # fmt: skip
