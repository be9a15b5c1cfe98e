"""A picture whose boxes and a table whose rows light each other, and a histogram of scores."""

from __future__ import annotations

import base64

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.colours import colour
from cvdemo.ops.detections import confidence

LONGEST = 1280  # more than Streamlit's widest page shows

_CSS = """
.frame { position: relative; line-height: 0; }
.frame img { width: 100%; border-radius: 8px; }
.frame svg { position: absolute; inset: 0; width: 100%; height: 100%; }
rect { fill: transparent; stroke: transparent; pointer-events: all; cursor: pointer;
  vector-effect: non-scaling-stroke; }
rect.lit { fill: rgba(255,255,255,.28); stroke: #fff; stroke-width: 4; }
.rows { max-height: 15rem; overflow: auto; margin-top: .6rem; }
table { width: 100%; border-collapse: collapse; font: .9rem var(--st-font); color: var(--st-text-color); }
th { text-align: left; font-weight: 600; opacity: .7; padding: .2rem .5rem; position: sticky; top: 0;
  background: var(--st-background-color); }
td { padding: .2rem .5rem; border-top: 1px solid var(--st-border-color); font-variant-numeric: tabular-nums; }
tr.lit td { background: var(--st-secondary-background-color); }
tr:focus { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .5em; }
p { color: var(--st-text-color); opacity: .7; font: .9rem var(--st-font); line-height: 1.4; }
"""
_HTML = """<div class="frame"><img><svg preserveAspectRatio="none"></svg></div>
<div class="rows"><p hidden></p><table>
<thead><tr><th>#</th><th>class</th><th>score</th><th>x1, y1, x2, y2</th></tr></thead>
<tbody></tbody></table></div>"""
_JS = """
export default function ({ data, parentElement }) {
  const find = (s) => parentElement.querySelector(s);
  const image = find('img'), svg = find('svg'), body = find('tbody'), none = find('p');
  if (image.src !== data.src) image.src = data.src;
  image.alt = data.alt;
  svg.setAttribute('viewBox', `0 0 ${data.width} ${data.height}`);
  svg.replaceChildren(); body.replaceChildren();
  find('table').hidden = !data.rows.length;
  none.hidden = !!data.rows.length; none.textContent = data.none;
  data.rows.forEach((row, k) => {
    const [x1, y1, x2, y2] = row.box;
    const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const place = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
    for (const [a, v] of Object.entries(place)) rect.setAttribute(a, v);
    const line = document.createElement('tr');
    line.tabIndex = 0;
    [k + 1, '', row.score.toFixed(3), row.box.map((v) => v.toFixed(0)).join(', ')].forEach((text) => {
      line.insertCell().textContent = text;
    });
    const swatch = document.createElement('i');
    swatch.style.background = row.colour;
    line.cells[1].append(swatch, row.name);
    const light = (on) => [rect, line].forEach((e) => e.classList.toggle('lit', on));
    for (const e of [rect, line]) {
      e.onpointerenter = () => light(true);
      e.onpointerleave = () => light(false);
    }
    rect.onclick = () => { line.scrollIntoView({ block: 'nearest' }); line.focus({ preventScroll: true }); };
    line.onfocus = () => light(true);
    line.onblur = () => light(false);
    line.onkeydown = (e) => {
      const next = { ArrowDown: line.nextSibling, ArrowUp: line.previousSibling }[e.key];
      if (next) { next.focus(); e.preventDefault(); }
    };
    svg.prepend(rect); body.append(line);
  });
}
"""
_boxes = st.components.v2.component("cvdemo_boxes", html=_HTML, css=_CSS, js=_JS)


def boxes_and_table(annotated: np.ndarray, detections: sv.Detections, *, key: str, name: str) -> None:
    """An annotated picture over the table of its detections; pointing at one lights the other."""
    shown = fit(annotated, LONGEST)
    height, width = annotated.shape[:2]
    names = detections.data.get("class_name", [])
    rows = [
        {"name": str(n), "score": float(s), "box": [float(v) for v in box], "colour": colour(str(n))}
        for n, s, box in zip(names, confidence(detections), detections.xyxy, strict=True)
    ]
    source = "data:image/jpeg;base64," + base64.b64encode(to_jpeg(shown)).decode()
    counts = ", ".join(sorted({str(n) for n in names})) or "no detections"
    data = {
        "src": source,
        "width": width,
        "height": height,
        "rows": rows,
        "alt": f"{name}: {len(rows)} boxes ({counts})",
        "none": "No detections: lower the score threshold, or try another picture or model.",
    }
    _boxes(data=data, key=key)


_HISTOGRAM_CSS = """
svg { width: 100%; height: 4.5rem; display: block; }
rect.kept { fill: var(--st-primary-color); } rect.cut { fill: var(--st-text-color); opacity: .25; }
line { stroke: var(--st-text-color); stroke-width: 2; vector-effect: non-scaling-stroke; }
p { margin: .2rem 0 0; font: .85rem var(--st-font); color: var(--st-text-color); opacity: .8; }
"""
_HISTOGRAM_JS = """
export default function ({ data, parentElement }) {
  const svg = parentElement.querySelector('svg');
  const top = Math.log1p(Math.max(1, ...data.counts));
  const make = (tag, attributes) => {
    const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [a, v] of Object.entries(attributes)) e.setAttribute(a, v);
    return e;
  };
  svg.replaceChildren(...data.counts.map((n, i) => {
    const h = 46 * Math.log1p(n) / top;
    const kept = (i + .5) / data.counts.length >= data.threshold;
    return make('rect', { x: i * 100 / data.counts.length, y: 50 - h, height: h,
      width: 92 / data.counts.length, class: kept ? 'kept' : 'cut' });
  }), make('line', { x1: data.threshold * 100, x2: data.threshold * 100, y1: 0, y2: 50 }));
  parentElement.querySelector('p').textContent = data.text;
}
"""
_histogram = st.components.v2.component(
    "cvdemo_histogram",
    html='<svg viewBox="0 0 100 50" preserveAspectRatio="none" role="img"></svg><p></p>',
    css=_HISTOGRAM_CSS,
    js=_HISTOGRAM_JS,
)


def score_histogram(raw: sv.Detections, threshold: float, *, key: str) -> None:
    """How many raw detections have which score (bars on a log scale), and what the threshold cuts."""
    scores = confidence(raw)
    counts, _ = np.histogram(scores, bins=40, range=(0, 1))
    stay = int((scores >= threshold).sum())
    text = f"{stay} of {len(scores)} raw boxes pass the score threshold"
    _histogram(data={"counts": counts.tolist(), "threshold": threshold, "text": text}, key=key)
