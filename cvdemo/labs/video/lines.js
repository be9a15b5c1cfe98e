// Time lines under the player: number of boxes, jitter, life of each track, class of the chosen object.
// uses lib/svg video/charts

// All lines anew; `seek(frame)` is called where one points, `pick(id)` where a track's bar is clicked.
function drawLines(place, lab, { seek, pick }) {
  const { raw, tracked, fields } = lab, n = raw.times.length;
  const rows = [
    chartRow('boxes', [[tracked.countsBefore, BEFORE], [tracked.countsAfter, AFTER]], n, true),
    chartRow('jitter, px', [[tracked.jitterBefore, BEFORE], [tracked.jitterAfter, AFTER]], n, false),
  ];
  if (fields.tracking) rows.push(livesRow(lab, n, pick));
  if (fields.tracking && fields.chosen !== null) rows.push(classRow(lab, n));
  showLines(place, rows, n, seek);
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
  return lineRow(`tracks <small>${order.length}</small>`, sheet, Math.max(14, high * order.length));
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
  return lineRow(`class of #${fields.chosen} <small>${keys}</small>`, sheet, 26);
}
