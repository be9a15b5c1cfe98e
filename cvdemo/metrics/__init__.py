"""Matching, average precision and the other scores of the lecture."""

from cvdemo.metrics.ap import average_precision
from cvdemo.metrics.evaluation import evaluate, evaluate_at, load

__all__ = ["average_precision", "evaluate", "evaluate_at", "load"]
