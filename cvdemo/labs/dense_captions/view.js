// The boxes over the picture: pointing at one shows its sentence, a click picks it.
// uses lib/svg lib/numbers lib/said
function showView(root, lab) {
  const { fields, kept } = lab, svg = root.querySelector('svg'), { fits, truth } = fields;
  svg.setAttribute('viewBox', `0 0 ${fields.width} ${fields.height}`);
  root.querySelector('.proposals').hidden = !fields.inside;
  const proposals = lab.proposals && fields.inside ? fields.inside.proposals : [];
  const shapes = proposals.map((box, k) => svgBox(box, { class: 'proposal', 'stroke-opacity': 0.15 + 0.75 * fields.inside.objectness[k] }));
  // The largest lies lowest, so that each box can be pointed at.
  const size = (row) => { const [x1, y1, x2, y2] = fields.regions.boxes[row]; return (x2 - x1) * (y2 - y1); };
  for (const row of [...kept].sort((a, b) => size(b) - size(a))) shapes.push(foundBox(lab, row, fits));
  if (truth?.shown) shapes.push(...truth.regions.map(({ box }) => svgBox(box, { class: 'truth' })));
  svg.replaceChildren(...shapes);
  root.querySelector('img').alt = fields.alt;
  root.querySelector('.says').textContent = saying(lab);
  markLit(root, lab);
}

function foundBox(lab, row, fits) {
  const rect = svgBox(lab.fields.regions.boxes[row], { class: 'found', 'data-row': row, stroke: colourOf(lab, row) });
  if (fits) Object.assign(rect.style, { fill: '#ff8c1a', fillOpacity: 0.65 * fits.shares[row], strokeOpacity: 0.25 + 0.75 * fits.shares[row] });
  rect.onpointerenter = () => lab.light(row);
  rect.onpointerleave = () => lab.light(null);
  rect.onclick = () => { lab.pick(row); rowOf(lab.root, row)?.scrollIntoView({ block: 'nearest' }); };
  return rect;
}

function saying({ kept, fields }) {
  const regions = `${kept.length} ${kept.length === 1 ? said('region') : said('regions')}`;
  return fields.inside ? `${fields.inside.proposals.length} proposals → ${fields.regions.texts.length} described → ${regions} shown` : `${fields.regions.texts.length} described → ${regions} shown`;
}

const rowOf = (root, row) => root.querySelector(`.list [data-row="${row}"]`);

// Light the box and the line of the region that is pointed at; the sentence stands at the box.
function markLit(root, lab) {
  const { lit } = lab, chosen = chosenRegion(lab);
  for (const part of root.querySelectorAll('[data-row]')) {
    const own = Number(part.dataset.row);
    part.classList.toggle('lit', own === lit);
    if (part.tagName !== 'rect') part.setAttribute('aria-selected', own === chosen);
  }
  const said = root.querySelector('.said'), there = lit !== null && lab.kept.includes(lit);
  said.classList.toggle('on', there);
  if (!there) return;
  const { regions: { boxes, texts }, width, height } = lab.fields, [x1, y1, , y2] = boxes[lit], above = y1 > 0.18 * height;
  said.textContent = texts[lit];
  said.style.cssText = `background: ${colourOf(lab, lit)}; left: ${clamp((100 * x1) / width, 0, 45)}%; ${above ? `bottom: ${100 - (100 * y1) / height}%` : `top: ${Math.min(86, (100 * y2) / height)}%`}`;
}
