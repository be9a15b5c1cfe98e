// A picture over the table of its boxes: pointing at a row lights its box, pointing at a box its row.
//
// A moved slider is answered twice: at once with boxes that are chosen and drawn here, and a moment later
// with Python's picture of the same boxes.
// uses lib/message lib/pictures lib/boxes lib/svg lib/dom lib/select lib/sliders
export default function ({ data, parentElement }) {
  const { fields, parts } = unpacked(data);
  const frame = parentElement.querySelector('.frame');
  const settle = () => {
    const now = thresholds(frame.fields.cuts), raw = globalThis.cvdemoRaw?.get(frame.fields.key);
    const here = raw?.identity === frame.fields.raw;
    if (here && frame.clean !== raw.url) frame.style.backgroundImage = `url(${frame.clean = raw.url})`;
    if (here && now) showAhead(parentElement, raw, now); else showDrawn(parentElement, frame);
  };
  const first = !frame.fields;
  Object.assign(frame, { fields, jpeg: parts.picture });
  if (first) followSliders(frame, settle, ['cvdemo-raw']);
  settle();
}

// Where the page's sliders stand, if that is not what Python has answered to; else null.
function thresholds(cuts) {
  const now = sliderValues(cuts);
  return slidersRest(cuts, now) ? null : now;
}

function showDrawn(root, frame) {
  const { fields, jpeg } = frame;
  frame.classList.remove('ahead');
  showPicture(frame, fields, jpeg);
  root.querySelector('.note').textContent = fields.note;
  if (frame.shown === fields) return;
  fill(root, fields, fields.rows);
  frame.shown = fields;
}

function showAhead(root, raw, cuts) {
  const frame = root.querySelector('.frame'), name = JSON.stringify([cuts, raw.classes, raw.limit]);
  frame.classList.add('ahead');
  if (frame.shown === name) return;
  const rows = selectRows(raw, { ...raw, ...cuts, iou: raw.nms ? cuts.iou : 1 }).map((k) => {
    const [title, colour] = raw.names[raw.classIds[k]];
    return { name: title, colour, score: raw.scores[k], box: [...boxAt(raw.boxes, k)] };
  });
  fill(root, frame.fields, rows, raw);
  frame.shown = name;
}

// The table and the boxes over the picture; with `pen`, labels and strokes of Python's measures too.
function fill(root, fields, rows, pen) {
  const svg = root.querySelector('svg'), body = root.querySelector('tbody'), none = root.querySelector('.none');
  svg.setAttribute('viewBox', `0 0 ${fields.width} ${fields.height}`);
  root.querySelector('table').hidden = !rows.length;
  none.hidden = !!rows.length; none.textContent = fields.none;
  const rects = [], lines = [], labels = [];
  rows.forEach((row, k) => {
    const rect = svgBox(row.box, { class: 'found' });
    const line = tableRow(row, k);
    light(rect, line);
    rects.unshift(rect); lines.push(line);
    if (!pen) return;
    rect.style.cssText = `stroke: ${row.colour}; stroke-width: ${pen.stroke}`;
    labels.unshift(...label(row, pen));
  });
  body.replaceChildren(...lines);
  svg.replaceChildren(...rects, ...fields.truth.map((box) => svgBox(box, { class: 'truth' })), ...labels);
}

function tableRow(row, k) {
  const line = element('tr', { tabIndex: 0 });
  for (const text of [k + 1, '', row.score.toFixed(3), row.box.map((v) => v.toFixed(0)).join(', ')]) {
    line.insertCell().textContent = text;
  }
  const swatch = element('i');
  swatch.style.background = row.colour;
  line.cells[1].append(swatch, row.name);
  return line;
}

function light(rect, line) {
  const set = (on) => [rect, line].forEach((e) => e.classList.toggle('lit', on));
  for (const e of [rect, line]) {
    e.onpointerenter = () => set(true);
    e.onpointerleave = () => set(false);
  }
  rect.onclick = () => { line.scrollIntoView({ block: 'nearest' }); line.focus({ preventScroll: true }); };
  line.onfocus = () => set(true);
  line.onblur = () => set(false);
  line.onkeydown = (e) => {
    const next = { ArrowDown: line.nextSibling, ArrowUp: line.previousSibling }[e.key];
    if (next) { next.focus(); e.preventDefault(); }
  };
}

// "class score" above its box, or inside where the box touches the top, as `draw_detections` writes it.
function label({ name, score, box, colour }, { label: h }) {
  if (!h) return [];
  const text = `${name} ${score.toFixed(2)}`, size = h - 8;
  const x = box[0], y = box[1] < h ? box[1] : box[1] - h;
  return [
    svgElement('rect', { class: 'label', x, y, width: 8 + size * widthOf(text), height: h, style: `fill: ${colour}` }),
    svgElement('text', { class: 'label', x: x + 4, y: y + 4 + .86 * size, 'font-size': size }, text),
  ];
}

// Width of a text in a font of size 1.
function widthOf(text) {
  const pen = widthOf.pen ?? (widthOf.pen = document.createElement('canvas').getContext('2d'));
  pen.font = '100px "Source Sans", sans-serif';
  return pen.measureText(text).width / 100;
}
