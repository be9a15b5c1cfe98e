// One class's precision-recall curve, detection by detection: picture, verdict, point, and the three areas.
// uses lib/player lib/dom lib/svg lib/pointer map/numbers map/charts map/stage lib/said

const MAP_PANELS = [
  ['all-point', 'exact area under the stairs (VOC since 2010)'],
  ['11-point', 'mean of 11 heights (VOC 2007)'],
  ['101-point', 'mean of 101 heights (COCO)'],
];

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.map');
  const m = root.mapPlayer ?? (root.mapPlayer = buildMap(root));
  m.ask = (k) => setStateValue('chunk', { run: m.data.run, k });
  const sameWalk = m.data?.walk === data.walk, sameRun = m.data?.run === data.run;
  m.data = data;
  if (!sameWalk) {
    m.chunks.clear();
    Object.assign(m.curve, prCurve(data.outcomes, data.positives));
    drawStill(m);
  }
  m.asked = null;
  if (data.chunk) m.chunks.set(data.chunk.k, data.chunk);
  drawOperating(m);
  if (sameWalk && m.player?.count) return m.show(m.player.index);
  const say = (i) => `${i + 1} / ${data.outcomes.length}`;
  m.player = player(m.controls, { count: data.outcomes.length, start: data.start, keep: sameRun,
    perSecond: 2, text: say, show: (i) => m.show(i) });
  if (!data.outcomes.length) showNothing(m);
}

function buildMap(root) {
  const find = (s) => root.querySelector(s);
  const m = { curve: {}, chunks: new Map(), controls: find('.controls'), verdict: find('.verdict'), panels: [],
    whole: find('.whole'), crop: find('.crop'), stage: find('.stage'), list: find('.list svg') };
  [m.caption, m.says, m.listSays] = ['.stage figcaption', '.pr figcaption', '.list p'].map(find);
  m.chart = unitChart(find('.pr svg'), { width: 440, height: 330, left: 42, bottom: 36,
    ticks: [0, .2, .4, .6, .8, 1], titles: [said('recall'), said('precision')] });
  for (const name of ['ghost', 'stairs', 'line', 'right', 'wrong']) m.chart.add(name, 'path');
  m.chart.add('guide', 'path', { fill: 'none' });
  m.chart.add('operating', 'path');
  m.chart.add('here', 'circle', { r: 7 });
  for (const [name, means] of MAP_PANELS) {
    const svg = svgElement('svg', { role: 'img', 'aria-label': name }), value = element('output'), note = element('figcaption');
    const figure = element('figure', { className: 'panel' }, element('h4', {}, name, value), svg, note);
    figure.dataset.method = name;
    find('.three').append(figure);
    const chart = unitChart(svg, { width: 300, height: 150, left: 24, bottom: 18, ticks: [0, .5, 1] });
    for (const part of ['area', 'dots']) chart.add(part, 'path');
    m.panels.push({ name, means, svg, value, note, chart });
  }
  find('.pr svg').onclick = (e) => m.player.count && m.player.go(nearestPlace(m, m.chart.at(e)));
  m.list.onclick = (e) => {
    if (m.player.count) m.player.go(Math.floor(shareUnder(e, m.list)[0] * m.curve.n));
  };
  m.show = (i) => { showPlace(m, i); showFinding(m, i); };
  return m;
}

function nearestPlace(m, [recall, precision]) {
  const c = m.curve;
  let best = 0, least = Infinity;
  for (let j = 0; j < c.n; j++) {
    const d = (c.recall[j] - recall) ** 2 + (c.precision[j] - precision) ** 2;
    if (d < least) [best, least] = [j, d];
  }
  return best;
}

// What does not change along the walk: the whole curve, faintly, and the sorted list.
function drawStill(m) {
  const { chart, curve: c, data } = m;
  chart.parts.ghost.setAttribute('d', curvePath(chart, c, thinned(c, c.n - 1)));
  const paths = rankPaths(data.outcomes, data.scores, 1000, 54);
  const path = (name, kind) => svgElement('path', { class: name, d: paths[kind], transform: 'translate(0 2)' });
  m.cover = svgElement('rect', { class: 'cover', y: 0, height: 56 });
  m.cut = svgElement('line', { class: 'cut', y1: 0, y2: 56 });
  m.now = svgElement('line', { y1: 0, y2: 56 });
  m.list.replaceChildren(path('r', 1), path('w', 0), path('n', 2), m.cover, m.cut, m.now);
}

// Where the score threshold puts the detector on its curve.
function drawOperating(m) {
  const { chart, curve: c, data } = m, kept = keptAt(data.scores, data.threshold), cut = (1000 * kept) / (c.n || 1);
  setAttributes(m.cut, { x1: cut, x2: cut });
  const x = chart.x(kept ? c.recall[kept - 1] : 0), y = chart.y(kept ? c.precision[kept - 1] : 0);
  chart.parts.operating.setAttribute('d', kept ? `M${x} ${y - 9}l9 9l-9 9l-9 -9z` : '');
  m.operating = `◊ score ≥ ${data.threshold.toFixed(2)} keeps ${kept} of ${c.n}`;
  m.listSays.textContent = `The sorted list: all ${c.n} ${data.name} detections, as high as their scores; `
    + 'dashed: score threshold. Click to go there.';
  m.list.setAttribute('aria-label', m.listSays.textContent);
}

function showPlace(m, i) {
  const { chart, curve: c, data } = m, { parts } = chart, outcome = data.outcomes[i];
  const kind = { 1: 'TP', 0: 'FP', 2: 'ignored' }[outcome];
  const { aps, samples } = apsUpTo(c, i, data.levels);
  const x = chart.x(c.recall[i]), y = chart.y(c.precision[i]);
  parts.line.setAttribute('d', curvePath(chart, c, thinned(c, i)));
  parts.stairs.setAttribute('d', envelopePath(chart, c, i));
  const dots = (k) => (i > 400 ? '' : dotsPath(chart,
    [...c.recall.subarray(0, i + 1)].filter((_, j) => data.outcomes[j] === k),
    [...c.precision.subarray(0, i + 1)].filter((_, j) => data.outcomes[j] === k), 3));
  parts.right.setAttribute('d', dots('1'));
  parts.wrong.setAttribute('d', dots('0'));
  parts.guide.setAttribute('d', `M${chart.x(0)} ${y}H${x}V${chart.y(0)}`);
  setAttributes(parts.here, { cx: x, cy: y, class: `here ${kind}` });
  m.panels.forEach((p, k) => {
    const read = samples[k];
    p.chart.parts.area.setAttribute('d', k ? barsPath(p.chart, read) : `${envelopePath(p.chart, c, i)}H${p.chart.x(0)}Z`);
    p.chart.parts.dots.setAttribute('d', k ? dotsPath(p.chart, data.levels[k - 1], read, k === 1 ? 3.4 : 1.2) : '');
    p.value.textContent = aps[k].toFixed(3);
    p.value.dataset.value = aps[k];
    p.note.textContent = `${p.means}; whole curve ${data.aps[k].toFixed(3)}`;
    p.svg.setAttribute('aria-label', `${p.name} AP after ${i + 1} detections: ${aps[k].toFixed(3)}`);
  });
  const width = 1000 / c.n;
  setAttributes(m.cover, { x: (i + 1) * width, width: 1000 - (i + 1) * width });
  setAttributes(m.now, { x1: (i + 1) * width, x2: (i + 1) * width });
  const [tp, fp] = [c.tp[i], c.fp[i]];
  m.says.innerHTML = `precision = TP / (TP + FP) = ${tp} / ${tp + fp} = <b>${c.precision[i].toFixed(3)}</b> · `
    + `recall = TP / all truths = ${tp} / ${c.positives} = <b>${c.recall[i].toFixed(3)}</b><br>`;
  m.says.append(m.operating);
  Object.assign(m.says.dataset, { precision: c.precision[i], recall: c.recall[i], tp, fp });
  chart.parts.here.ownerSVGElement.setAttribute('aria-label', `Precision-recall curve of ${data.name} after ${
    i + 1} of ${c.n} detections: precision ${c.precision[i].toFixed(3)}, recall ${c.recall[i].toFixed(3)}`);
}

function showFinding(m, i) {
  const { data } = m, size = data.chunkSize, k = Math.floor(i / size), chunk = m.chunks.get(k);
  const kind = { 1: 'TP', 0: 'FP', 2: 'ignored' }[data.outcomes[i]];
  const sign = { TP: '✓ TP', FP: '✗ FP', ignored: '○ ignored' }[kind];
  const [badge, why] = m.verdict.children;
  m.verdict.className = `verdict ${kind}`;
  badge.textContent = `${sign} · score ${data.scores[i].toFixed(3)}`;
  m.stage.classList.toggle('waiting', !chunk);
  const next = k + 1 < Math.ceil(data.outcomes.length / size) && i % size > size / 2 ? k + 1 : k;
  const wanted = chunk ? next : k;
  if (!m.chunks.has(wanted) && m.asked === null) { m.asked = wanted; m.ask(wanted); }
  if (!chunk) { why.textContent = '…'; return; }
  const found = chunk.findings[i - k * size], picture = chunk.pictures[found.image];
  why.textContent = found.why;
  showScene(m.whole, m.crop, found, picture, chunk.truths[found.image], i);
  const rival = found.rival ? `<i class="rival"></i>has that truth already (score ${found.rival.score.toFixed(2)})` : '';
  m.caption.innerHTML = `<span class="key"><i style="border-color:${{ TP: 'var(--tp)', FP: 'var(--fp)', ignored: '#999' }[kind]}"></i>this detection`
    + `<i class="open"></i>truth<i class="known"></i>truth already found${rival}</span>`;
  m.caption.prepend(element('span', { textContent: `${picture.name}${picture.src ? '' : ' (no picture given: boxes only)'}` }));
}

function showNothing(m) {
  m.verdict.className = 'verdict';
  m.verdict.children[0].textContent = 'No detections';
  m.verdict.children[1].textContent = `of ${m.data.name}: recall stays 0, and so does AP`;
  for (const part of ['line', 'stairs', 'right', 'wrong', 'guide', 'operating']) m.chart.parts[part].setAttribute('d', '');
  setAttributes(m.chart.parts.here, { cx: m.chart.x(0), cy: m.chart.y(0) });
  m.whole.replaceChildren(); m.crop.replaceChildren(); m.caption.textContent = ''; m.says.textContent = '';
  for (const p of m.panels) {
    p.value.textContent = '0.000'; p.value.dataset.value = 0; p.note.textContent = p.means;
    for (const part of ['area', 'dots']) p.chart.parts[part].setAttribute('d', '');
  }
}
