// Two boxes on a picture, dragged and resized by mouse, touch or keys; all measures follow at once.
// Python hears of it when the pointer is up (`moved`: truth, prediction, measure) and answers with its own.
// uses lib/message lib/pictures lib/dom lib/numbers iou/math iou/board lib/said
const NAMES = ['truth', 'prediction'], SHOWN_NAMES = { truth: said('truth'), prediction: said('prediction') };
const MEASURES = { iou: 'IoU', giou: 'GIoU', diou: 'DIoU', ciou: 'CIoU' };

export default function ({ data, parentElement, setStateValue }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.iou');
  const lab = root.lab ?? (root.lab = buildLab(root));
  lab.send = (state) => setStateValue('moved', state);
  showPicture(root, fields, parts.picture);
  Object.assign(lab, { width: fields.width, height: fields.height });
  lab.board.setAttribute('viewBox', `0 0 ${fields.width} ${fields.height}`);
  // Python sets boxes by a new stamp; at any other rerun the visitor's hand is ahead of it.
  if (lab.stamp !== fields.stamp) {
    lab.was = lab.same === fields.same ? lab.now : null;
    Object.assign(lab, { stamp: fields.stamp, same: fields.same, measure: fields.measure });
    lab.boxes = { truth: [...fields.truth], prediction: [...fields.prediction] };
  }
  lab.python = fields.python;
  lab.draw();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s);
  const lab = { board: find('.board'), boxes: null, measure: 'iou', was: null };
  const cards = buildCards(find('.measures'), lab);
  const shapes = buildShapes(lab);
  const inputs = buildNumbers(find('.numbers'), lab);
  const steps = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);
  const rungs = steps.map((t) => element('li', { textContent: withoutZero(t.toFixed(2)) }));
  find('.ladder ol').append(...rungs);
  lab.tell = () => lab.send({ ...lab.boxes, measure: lab.measure });
  lab.draw = () => {
    const m = (lab.now = overlapOf(lab.boxes.truth, lab.boxes.prediction));
    root.dataset.values = JSON.stringify({ ...lab.boxes, iou: m.iou, giou: m.giou, diou: m.diou, ciou: m.ciou });
    cards.forEach((card) => card.show(m, lab));
    find('.formula').innerHTML = formula(m, lab.measure);
    const hits = steps.filter((t) => m.iou >= t).length;
    find('.says').textContent = `${hits} of COCO’s 10 thresholds: hit`;
    rungs.forEach((rung, i) => rung.classList.toggle('hit', m.iou >= steps[i]));
    shapes(m);
    inputs();
    showPython(find('.python'), lab);
  };
  new ResizeObserver(() => lab.boxes && lab.draw()).observe(lab.board);
  return lab;
}

function buildCards(place, lab) {
  return Object.entries(MEASURES).map(([key, name]) => {
    const card = element('button', { type: 'button', role: 'radio', innerHTML: `${name} <b></b><small></small>` });
    card.onclick = () => { lab.measure = key; lab.draw(); lab.tell(); };
    card.show = (m) => {
      card.querySelector('b').textContent = fixed(m[key]);
      card.querySelector('small').textContent = lab.was ? `was ${fixed(lab.was[key])}` : '';
      card.setAttribute('aria-checked', lab.measure === key);
    };
    place.append(card);
    return card;
  });
}

const fixed = (v) => typeset(v.toFixed(3));

// The formula with the present numbers in it: areas in square pixels, rounded for the eye only.
function formula(m, measure) {
  const whole = (v) => grouped(Math.round(v));
  const chip = (kind, text) => `<span class="chip ${kind}">${text}</span>`;
  const frac = (a, b) => `<span class="frac"><span>${a}</span><span>${b}</span></span>`;
  const result = `= <b>${fixed(m[measure])}</b>`;
  const iou = frac(chip('shared', `intersection ${whole(m.intersection)} px²`), chip('union', `union ${whole(m.union)} px²`));
  if (measure === 'iou') return `IoU = ${iou} ${result}`;
  if (measure === 'giou') {
    const waste = frac(`${chip('hull', `enclosing ${whole(m.hull)}`)} − ${chip('union', whole(m.union))}`,
      chip('hull', whole(m.hull)));
    return `GIoU = IoU − waste = ${fixed(m.iou)} − ${waste} ${result}`;
  }
  const far = frac(chip('centres', `centres ${Math.sqrt(m.d2).toFixed(1)}²`),
    chip('hull', `diagonal ${Math.sqrt(m.c2).toFixed(1)}²`));
  if (measure === 'diou') return `DIoU = IoU − distance = ${fixed(m.iou)} − ${far} ${result}`;
  return `CIoU = DIoU − α v = ${fixed(m.diou)} − ${fixed(m.alpha)} · ${fixed(m.v)} ${result}
    <small>(v: how unlike the aspect ratios are, α: its weight)</small>`;
}

function buildNumbers(place, lab) {
  const inputs = NAMES.map((name) => {
    const row = element('fieldset', { ariaLabel: `${SHOWN_NAMES[name]} box` });
    row.innerHTML = `<span><i style="background:var(--${name})"></i>${SHOWN_NAMES[name]} <small>x1 y1 x2 y2</small></span>`;
    const cells = ['x1', 'y1', 'x2', 'y2'].map((label, i) => {
      const cell = element('input', { type: 'number', step: 'any', title: label, ariaLabel: `${SHOWN_NAMES[name]} ${label}` });
      cell.oninput = () => {
        const box = [...lab.boxes[name]];
        box[i] = cell.valueAsNumber;
        if (!tidy(box, lab)) return;
        lab.boxes[name] = box;
        lab.draw();
      };
      cell.onchange = () => { lab.draw(); lab.tell(); };
      cell.onblur = () => lab.draw();
      row.append(cell);
      return cell;
    });
    place.append(row);
    return { name, cells };
  });
  const active = (cell) => cell.getRootNode().activeElement === cell;
  return () => inputs.forEach(({ name, cells }) => cells.forEach((cell, i) => {
    const value = String(Math.round(lab.boxes[name][i] * 1000) / 1000);
    if (!active(cell) && cell.value !== value) cell.value = value;
  }));
}

// Whether the four numbers are a box of the picture with a side of a pixel or more.
function tidy(box, lab) {
  const [x1, y1, x2, y2] = box;
  return box.every(Number.isFinite) && x1 >= 0 && y1 >= 0 && x2 <= lab.width && y2 <= lab.height
    && x2 - x1 >= 1 && y2 - y1 >= 1;
}

function showPython(place, lab) {
  const p = lab.python;
  const same = NAMES.every((name) => p[name].every((v, i) => v === lab.boxes[name][i]));
  place.dataset.values = same ? JSON.stringify(p) : '';
  const numbers = Object.entries(MEASURES).map(([key, name]) => `${name} ${p[key].toFixed(6)}`).join(' · ');
  place.innerHTML = same ? `Python, <code>cvdemo.ops.iou</code>: ${numbers}` : 'Python answers when you let go …';
}
