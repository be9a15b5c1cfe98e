// The precision-recall chart, the three areas and the sorted list, as SVG.
// uses lib/svg lib/numbers

// A chart of recall (x) and precision (y), both 0..1, with axes; add(name, tag) makes an empty part.
function unitChart(svg, { width, height, left, bottom, ticks, titles }) {
  const right = 10, top = 10;
  const chart = {
    x: (v) => left + v * (width - left - right), y: (v) => top + (1 - v) * (height - top - bottom), parts: {},
    add(name, tag, attributes = {}) {
      return svg.appendChild((chart.parts[name] = svgElement(tag, { class: name, ...attributes })));
    },
    at(event) { // recall and precision under the pointer
      const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [(p.x - left) / (width - left - right), 1 - (p.y - top) / (height - top - bottom)];
    },
  };
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  for (const v of ticks) {
    const label = withoutZero(String(v));
    svg.append(
      svgElement('line', { class: 'grid', x1: chart.x(0), x2: chart.x(1), y1: chart.y(v), y2: chart.y(v) }),
      svgElement('line', { class: 'grid', x1: chart.x(v), x2: chart.x(v), y1: chart.y(0), y2: chart.y(1) }),
      svgElement('text', { x: left - 5, y: chart.y(v) + 4, 'text-anchor': 'end' }, label),
      svgElement('text', { x: chart.x(v), y: chart.y(0) + 15, 'text-anchor': 'middle' }, label));
  }
  if (titles) {
    svg.append(
      svgElement('text', { class: 'axis', x: chart.x(.5), y: height - 4, 'text-anchor': 'middle' }, titles[0]),
      svgElement('text', { class: 'axis', transform: `translate(12 ${chart.y(.5)}) rotate(-90)`,
        'text-anchor': 'middle' }, titles[1]));
  }
  return chart;
}

// M and L through the given positions of a curve.
function curvePath(chart, c, places) {
  return places.map((j, k) => `${k ? 'L' : 'M'}${chart.x(c.recall[j]).toFixed(2)} ${
    chart.y(c.precision[j]).toFixed(2)}`).join('');
}

// The stairs of the envelope up to detection i, from recall 0 down to the axis.
function envelopePath(chart, c, i) {
  let path = `M${chart.x(0)} ${chart.y(c.envelope[0]).toFixed(2)}`, drawn = 0;
  for (let j = 0; j <= i; j++) {
    if (j < i && c.envelope[j + 1] === c.envelope[j]) continue;
    if (j < i && i > 1500 && c.recall[j] - drawn < 5e-4) continue; // finer than a pixel
    drawn = c.recall[j];
    path += `H${chart.x(drawn).toFixed(2)}V${chart.y(j < i ? c.envelope[j + 1] : 0).toFixed(2)}`;
  }
  return path;
}

// Bars of equal width whose area is the mean of the samples; each bar holds its own level of recall.
function barsPath(chart, samples) {
  const n = samples.length;
  return samples.map((v, k) => `M${chart.x(k / n).toFixed(2)} ${chart.y(0)}V${chart.y(v).toFixed(2)}H${
    chart.x((k + 1) / n).toFixed(2)}V${chart.y(0)}Z`).join('');
}

function dotsPath(chart, levels, samples, radius) {
  const r = radius, dot = (x, y) => `M${(x - r).toFixed(2)} ${y.toFixed(2)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${
    -2 * r} 0`;
  return levels.map((level, k) => dot(chart.x(level), chart.y(samples[k]))).join('');
}

// The sorted list as bars as high as their scores, right and wrong apart; long lists in 500 columns.
function rankPaths(outcomes, scores, width, height) {
  const n = outcomes.length, columns = Math.min(n, 500), paths = { 1: '', 0: '', 2: '' };
  const top = Math.max(scores[0] ?? 1, 1e-9), gap = columns <= 200 ? .18 : 0;
  for (let k = 0; k < columns; k++) {
    const from = Math.floor((k * n) / columns), to = Math.floor(((k + 1) * n) / columns);
    const count = { 1: 0, 0: 0, 2: 0 };
    let sum = 0;
    for (let j = from; j < to; j++) { count[outcomes[j]]++; sum += Math.max(0, scores[j]); }
    const high = Math.max(height * sum / (to - from) / top, 2), x = (k * width) / columns;
    let y = height;
    for (const kind of [1, 0, 2]) {
      const h = (high * count[kind]) / (to - from);
      if (!h) continue;
      paths[kind] += `M${x.toFixed(2)} ${y.toFixed(2)}v${(-h).toFixed(2)}h${
        ((1 - gap) * width / columns).toFixed(2)}v${h.toFixed(2)}z`;
      y -= h;
    }
  }
  return paths;
}
