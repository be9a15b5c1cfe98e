// The picture with one detection, the truth around it and where they overlap; once whole and once close up.

function boxAttributes([x1, y1, x2, y2]) {
  return { x: x1, y: y1, width: Math.max(x2 - x1, 0), height: Math.max(y2 - y1, 0) };
}

function overlapOf(a, b) {
  const box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  return box[2] > box[0] && box[3] > box[1] ? box : null;
}

// The parts of a scene in picture coordinates; `place` is how far the walk has come.
function sceneParts(found, picture, truths, place) {
  const rect = (box, name) => svgElement('rect', { class: name, ...boxAttributes(box) });
  const parts = [svgElement('rect', { class: 'paper', x: 0, y: 0, width: picture.width, height: picture.height })];
  if (picture.src) {
    parts.push(svgElement('image', { href: picture.src, width: picture.width, height: picture.height,
      preserveAspectRatio: 'none' }));
  }
  for (const t of truths.filter((t) => !t.same)) parts.push(rect(t.box, 'other'));
  for (const t of truths.filter((t) => t.same)) {
    const known = t.at >= 0 && t.at <= place;
    parts.push(rect(t.box, 'halo'), rect(t.box, known ? 'known' : 'open'));
  }
  const partner = found.partner && overlapOf(found.box, found.partner.box);
  if (found.outline?.length) {
    for (const [name, path] of found.outline) parts.push(svgElement('path', { class: `shape ${name}`, d: path }));
  } else if (partner) parts.push(rect(partner, `shared ${found.outcome}`));
  if (found.partner) parts.push(rect(found.partner.box, 'halo'), rect(found.partner.box, 'partner'));
  if (found.rival) parts.push(rect(found.rival.box, 'halo'), rect(found.rival.box, 'rival'));
  parts.push(rect(found.box, 'halo'), rect(found.box, `found ${found.outcome}`));
  return parts;
}

// Around the detection and its truth, with a margin.
function closeUp(found) {
  const boxes = [found.box, ...(found.partner ? [found.partner.box] : [])];
  const low = [0, 1].map((k) => Math.min(...boxes.map((b) => b[k])));
  const high = [2, 3].map((k) => Math.max(...boxes.map((b) => b[k])));
  const side = Math.max(high[0] - low[0], high[1] - low[1], 1) * 1.25;
  const x = (low[0] + high[0] - side) / 2, y = (low[1] + high[1] - side) / 2;
  return [x, y, side, side].join(' ');
}

function showScene(whole, crop, found, picture, truths, place) {
  whole.setAttribute('viewBox', `0 0 ${picture.width} ${picture.height}`);
  crop.setAttribute('viewBox', closeUp(found));
  whole.replaceChildren(...sceneParts(found, picture, truths, place));
  crop.replaceChildren(...sceneParts(found, picture, truths, place));
  const what = `${picture.name}: ${found.outcome}, ${found.why}`;
  whole.setAttribute('aria-label', what);
  crop.setAttribute('aria-label', `close-up of ${what}`);
}
