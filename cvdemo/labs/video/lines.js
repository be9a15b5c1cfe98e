// Time lines under the player: number of boxes, jitter, life of each track, class of the chosen object.
// uses lib/dom lib/svg
const BEFORE = '#D55E00', AFTER = '#009E73';

// All lines anew; `seek(frame)` is called where one points, `pick(id)` where a track's bar is clicked.
function drawLines(place, lab, { seek, pick }) {
  const { raw, tracked, fields } = lab, n = raw.times.length;
  const rows = [
    chartRow('boxes', [[tracked.countsBefore, BEFORE], [tracked.countsAfter, AFTER]], n, true),
    chartRow('jitter, px', [[tracked.jitterBefore, BEFORE], [tracked.jitterAfter, AFTER]], n, false),
  ];
  if (fields.tracking) rows.push(livesRow(lab, n, pick));
  if (fields.tracking && fields.chosen !== null) rows.push(classRow(lab, n));
  place.replaceChildren(...rows.flat());
  place.onpointerdown = place.onpointermove = (e) => {
    const sheet = e.target.closest('svg');
    if (!sheet || (e.type === 'pointermove' && !e.buttons)) return;
    const area = sheet.getBoundingClientRect();
    seek(Math.floor(((e.clientX - area.left) / area.width) * n));
  };
}

function row(title, sheet, height) {
  sheet.style.height = `${height}px`;
  return [element('span', { className: 'title', innerHTML: title }), element('div', { className: 'line' }, sheet)];
}

const sheetOf = (n, high) => svgElement('svg', { viewBox: `0 0 ${n} ${high}`, preserveAspectRatio: 'none' });

function chartRow(title, series, n, steps) {
  const top = Math.max(1, ...series.flatMap(([values]) => Array.from(values).filter((v) => v === v)));
  const sheet = sheetOf(n, 40);
  for (const [values, colour] of series) {
    let path = '', open = false;
    values.forEach((v, k) => {
      if (v !== v) { open = false; return; }
      const y = (38 - (36 * v) / top).toFixed(2);
      path += steps ? `${open ? 'L' : 'M'}${k} ${y}L${k + 1} ${y}` : `${open ? 'L' : 'M'}${k + 0.5} ${y}`;
      open = true;
    });
    sheet.append(svgElement('path', { d: path, fill: 'none', stroke: colour, 'stroke-width': 1.8, 'vector-effect': 'non-scaling-stroke' }));
  }
  return row(`${title} <small>0…${+top.toFixed(1)}</small>`, sheet, 44);
}

// A bar for each track: full where it has a detection, pale where a gap was filled.
function livesRow({ raw, tracked, fields }, n, pick) {
  const order = [...new Set(tracked.ids)], sheet = sheetOf(n, Math.max(1, order.length));
  const high = Math.max(5, Math.min(14, 150 / Math.max(1, order.length)));
  order.forEach((id, y) => {
    const bar = svgElement('g', { class: id === fields.chosen ? 'life chosen' : 'life', fill: raw.palette[id % raw.palette.length] });
    bar.append(svgElement('title', {}, `#${id}`));
    for (const run of runsOf(tracked, id, (k) => tracked.row[k] < 0)) {
      bar.append(svgElement('rect', { x: run.from, y: y + 0.1, width: run.to - run.from, height: 0.8, opacity: run.value ? 0.35 : 1 }));
    }
    bar.onclick = () => pick(id);
    sheet.append(bar);
  });
  return row(`tracks <small>${order.length}</small>`, sheet, Math.max(14, high * order.length));
}

// Runs of frames { from, to, value } in which a track is there and `valueOf(row)` stays the same.
function runsOf(tracked, id, valueOf) {
  const runs = [];
  tracked.ids.forEach((other, k) => {
    if (other !== id) return;
    const frame = tracked.frame[k], value = valueOf(k), last = runs.at(-1);
    if (last && last.to === frame && last.value === value) last.to++;
    else runs.push({ from: frame, to: frame + 1, value });
  });
  return runs;
}

// The class of the chosen object in each frame: what the network says above, what its track says below.
function classRow({ raw, tracked, fields }, n) {
  const sheet = sheetOf(n, 2), seen = new Map();
  [(k) => (tracked.row[k] < 0 ? null : raw.classIds[tracked.row[k]]), (k) => tracked.classIds[k]].forEach((kindOf, y) => {
    for (const { from, to, value } of runsOf(tracked, fields.chosen, kindOf)) {
      if (value === null || !raw.names[value]) continue;
      const [name, colour] = raw.names[value];
      seen.set(name, colour);
      sheet.append(svgElement('rect', { x: from, y: y + 0.06, width: to - from, height: 0.88, fill: colour }));
    }
  });
  const keys = [...seen].map(([name, colour]) => `<i style="background:${colour}"></i>${name}`).join(' ');
  return row(`class of #${fields.chosen} <small>${keys}</small>`, sheet, 26);
}
