// The picture with one detection, the truth around it and where they overlap; once whole and once close up.
// uses lib/svg lib/boxes

// The parts of a scene in picture coordinates; `place` is how far the walk has come.
function sceneParts(found, picture, truths, place) {
  const rect = (box, name) => svgBox(box, { class: name });
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
  if (found.outline?.length) {
    for (const [name, path] of found.outline) parts.push(svgElement('path', { class: `shape ${name}`, d: path }));
  } else if (found.partner) parts.push(rect(boxIntersection(found.box, found.partner.box), `shared ${found.outcome}`));
  if (found.partner) parts.push(rect(found.partner.box, 'halo'), rect(found.partner.box, 'partner'));
  if (found.rival) parts.push(rect(found.rival.box, 'halo'), rect(found.rival.box, 'rival'));
  parts.push(rect(found.box, 'halo'), rect(found.box, `found ${found.outcome}`));
  return parts;
}

// Around the detection and its truth, with a margin.
function closeUp(found) {
  const [x1, y1, x2, y2] = found.partner ? boxHull(found.box, found.partner.box) : found.box;
  const side = Math.max(x2 - x1, y2 - y1, 1) * 1.25;
  return [(x1 + x2 - side) / 2, (y1 + y2 - side) / 2, side, side].join(' ');
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
