// A picture with boxes over the table of them: pointing at a row lights its box, pointing at a box its row.
//
// A moved slider is answered at once with boxes that are chosen here, and a moment later with Python's choice of
// the same boxes. All are drawn here, with strokes and labels of Python's measures.
// uses lib/message lib/boxes lib/svg lib/dom lib/select lib/sliders
export default function ({ data, parentElement }) {
  const { fields, parts } = unpacked(data);
  const frame = parentElement.querySelector('.frame'), first = !frame.fields;
  Object.assign(frame, { fields, kept: parts.kept });
  frame.style.aspectRatio = `${fields.width} / ${fields.height}`;
  parentElement.querySelector('.note').textContent = fields.note;
  const show = () => draw(parentElement, frame);
  if (first) followSliders(frame, show, ['cvdemo-raw']);
  show();
}

// What the sliders ask for: Python's answer where they rest, else what is chosen here.
function draw(root, frame) {
  const { fields } = frame, raw = globalThis.cvdemoRaw?.get(fields.key);
  if (raw?.identity !== fields.raw) return;
  const image = frame.querySelector('img'), now = sliderValues(fields.cuts), ahead = !slidersRest(fields.cuts, now);
  if (image.src !== raw.url) image.src = raw.url;
  image.alt = fields.alt;
  const kept = ahead ? selectRows(raw, { ...raw, ...now, iou: raw.nms ? now.iou : 1 }) : frame.kept;
  const shown = JSON.stringify([raw.url, fields.truth, [...kept]]);
  if (frame.shown !== shown) fill(root, fields, kept, raw);
  frame.shown = shown;
  frame.dataset.by = ahead ? 'browser' : 'python';
}

function fill(root, fields, kept, raw) {
  const svg = root.querySelector('svg'), body = root.querySelector('tbody'), none = root.querySelector('.none');
  svg.setAttribute('viewBox', `0 0 ${fields.width} ${fields.height}`);
  root.querySelector('table').hidden = !kept.length;
  none.hidden = kept.length > 0; none.textContent = fields.none;
  const rects = [], lines = [], labels = [];
  kept.forEach((k, place) => {
    const [name, colour] = raw.names[raw.classIds[k]];
    const row = { name, colour, score: raw.scores[k], box: boxAt(raw.boxes, k) };
    const rect = svgBox(row.box, { class: 'found', stroke: colour, 'stroke-width': raw.stroke });
    const line = tableRow(row, place);
    light(rect, line);
    rects.unshift(rect); lines.push(line); labels.unshift(...label(row, raw));
  });
  body.replaceChildren(...lines);
  svg.replaceChildren(...rects, ...fields.truth.map((box) => svgBox(box, { class: 'truth' })), ...labels);
}

function tableRow(row, k) {
  const line = element('tr', { tabIndex: 0 });
  for (const text of [k + 1, '', row.score.toFixed(3), Array.from(row.box, (v) => v.toFixed(0)).join(', ')]) {
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
