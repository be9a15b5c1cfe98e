// The drawing and the dragging of the two boxes; in use by iou.js.
const HANDLES = [[0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0.5, 1], [0, 1], [0, 0.5]];
const CURSORS = ['nwse', 'ns', 'nesw', 'ew', 'nwse', 'ns', 'nesw', 'ew'];

function make(tag, place, attributes = {}) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(e, attributes);
  place.append(e);
  return e;
}

function set(e, attributes) {
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
}

const asRect = ([x1, y1, x2, y2]) => ({ x: x1, y: y1, width: Math.max(0, x2 - x1), height: Math.max(0, y2 - y1) });
const asPath = ([x1, y1, x2, y2]) => `M${x1} ${y1}H${x2}V${y2}H${x1}Z`;
const centre = ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2];

function buildShapes(lab) {
  const hull = make('rect', lab.board, { class: 'hull' });
  const rest = make('path', lab.board, { class: 'rest', 'fill-rule': 'evenodd' });
  const shared = make('rect', lab.board, { class: 'shared' });
  // Both bodies lie under all grips, so that no corner is covered by the other box.
  const bodies = make('g', lab.board);
  const boxes = ['truth', 'prediction'].map((name) => buildBox(name, bodies, lab));
  const diagonal = make('line', lab.board, { class: 'line diagonal' });
  const line = make('line', lab.board, { class: 'line' });
  const shapes = [0, 1].map(() => make('line', lab.board, { class: 'line diagonal' })); // CIoU: the aspect ratios
  const dots = [0, 1].map(() => make('circle', lab.board, { class: 'dot' }));
  return () => {
    const { truth: a, prediction: b } = lab.boxes;
    const pixel = lab.width / (lab.board.clientWidth || lab.width); // picture pixels in a pixel of the screen
    const around = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
    const both = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
    set(rest, { d: asPath(a) + asPath(b) });
    set(shared, both[0] < both[2] && both[1] < both[3] ? asRect(both) : asRect([0, 0, 0, 0]));
    set(hull, { ...asRect(around), visibility: lab.measure === 'iou' || lab.measure === 'ciou' ? 'hidden' : 'visible' });
    const [p, q] = [centre(a), centre(b)];
    const far = lab.measure === 'diou' ? 'visible' : 'hidden';
    set(line, { x1: p[0], y1: p[1], x2: q[0], y2: q[1], visibility: far });
    set(diagonal, { x1: around[0], y1: around[1], x2: around[2], y2: around[3], visibility: far });
    const aspect = lab.measure === 'ciou' ? 'visible' : 'hidden';
    shapes.forEach((e, i) => {
      const [x1, y1, x2, y2] = [a, b][i];
      set(e, { x1, y1: y2, x2, y2: y1, visibility: aspect });
    });
    dots.forEach((dot, i) => set(dot, { cx: [p, q][i][0], cy: [p, q][i][1], r: 5 * pixel, visibility: far }));
    boxes.forEach((show) => show(pixel));
  };
}

function buildBox(name, bodies, lab) {
  const group = make('g', lab.board, { class: `box ${name}`, tabindex: 0, role: 'group' });
  const body = make('rect', bodies, { class: 'body' });
  const [halo, edge] = ['halo', 'edge'].map((c) => make('rect', group, { class: c }));
  const tag = make('rect', group, { class: 'tag' }), text = make('text', group);
  text.textContent = name;
  const handles = HANDLES.map(() => make('circle', group, { class: 'handle' }));
  const grips = HANDLES.map((_, i) =>
    make('circle', group, { class: 'grip', style: `cursor: ${CURSORS[i]}-resize` }));
  dragged(body, name, [0.5, 0.5], lab);
  grips.forEach((grip, i) => dragged(grip, name, HANDLES[i], lab));
  withKeys(group, name, lab);
  return (pixel) => {
    const box = lab.boxes[name], [x1, y1, x2, y2] = box;
    [body, halo, edge].forEach((e) => set(e, asRect(box)));
    const narrow = Math.min(x2 - x1, y2 - y1) / pixel;
    HANDLES.forEach(([u, v], i) => {
      const at = { cx: x1 + u * (x2 - x1), cy: y1 + v * (y2 - y1) };
      // Small boxes keep their corners only, and keep their middle free for moving.
      const shown = narrow > 60 || (u !== 0.5 && v !== 0.5 && narrow > 12) || (u === 1 && v === 1);
      set(handles[i], { ...at, r: (narrow > 60 ? 6 : 4) * pixel, visibility: shown ? 'visible' : 'hidden' });
      set(grips[i], { ...at, r: Math.max(5, Math.min(16, narrow / 5)) * pixel, display: shown ? '' : 'none' });
    });
    const size = 15 * pixel, wide = name.length * 7.4 * pixel + 14 * pixel;
    // The truth's name stands above it, the prediction's below, inside where the picture ends.
    const above = y1 > 1.6 * size ? y1 - 1.5 * size : y1 + 3 * pixel;
    const below = y2 + 1.6 * size < lab.height ? y2 + 3 * pixel : y2 - 1.6 * size;
    const top = name === 'truth' ? above : below, left = Math.max(0, Math.min(x1, lab.width - wide));
    set(tag, { x: left, y: top, width: wide, height: 1.45 * size, rx: 4 * pixel });
    set(text, { x: left + 6 * pixel, y: top + 1.07 * size, 'font-size': size });
    set(group, { 'aria-label': `${name} box ${box.map((v) => Math.round(v)).join(' ')}: arrow keys move it by
      1 pixel, with Shift by 10, with Alt they resize it` });
  };
}

// Pull the part (u, v) of a box, 0 its left or upper side, 1 its right or lower, (.5, .5) the whole of it.
function dragged(part, name, [u, v], lab) {
  let start = null;
  const place = (e) => {
    const frame = lab.board.getBoundingClientRect();
    return [((e.clientX - frame.left) * lab.width) / frame.width, ((e.clientY - frame.top) * lab.height) / frame.height];
  };
  part.addEventListener('pointerdown', (e) => {
    if (e.button) return;
    const at = place(e);
    const who = u === 0.5 && v === 0.5 ? smallestAt(at, name, lab) : name;
    start = { at, who, box: [...lab.boxes[who]], moved: false };
    part.setPointerCapture(e.pointerId);
    lab.board.querySelector(`.box.${who}`).focus({ preventScroll: true });
    e.preventDefault();
  });
  part.addEventListener('pointermove', (e) => {
    if (!start) return;
    const at = place(e);
    const [dx, dy] = [0, 1].map((i) => Math.round(at[i] - start.at[i]));
    start.moved ||= dx !== 0 || dy !== 0;
    lab.boxes[start.who] = pulled(start.box, [u, v], dx, dy, lab);
    lab.draw();
  });
  const end = () => {
    const moved = start?.moved;
    start = null;
    if (moved) lab.tell();
  };
  part.addEventListener('pointerup', end);
  part.addEventListener('pointercancel', end);
}

// Where both boxes lie under the pointer, the smaller one is meant: it could not be reached otherwise.
function smallestAt([x, y], name, lab) {
  const area = (n) => (lab.boxes[n][2] - lab.boxes[n][0]) * (lab.boxes[n][3] - lab.boxes[n][1]);
  const there = Object.keys(lab.boxes).filter((n) => {
    const [x1, y1, x2, y2] = lab.boxes[n];
    return x >= x1 && x <= x2 && y >= y1 && y <= y2;
  });
  return there.reduce((best, n) => (area(n) < area(best) ? n : best), name);
}

// The box after a pull, kept within the picture and at least a pixel wide and high.
function pulled(box, [u, v], dx, dy, lab) {
  const next = [...box];
  [[u, dx, lab.width, 0], [v, dy, lab.height, 1]].forEach(([part, d, end, i]) => {
    if (u === 0.5 && v === 0.5) {
      const step = Math.max(-box[i], Math.min(end - box[i + 2], d));
      next[i] += step; next[i + 2] += step;
    } else if (part === 0) next[i] = Math.max(0, Math.min(box[i + 2] - 1, box[i] + d));
    else if (part === 1) next[i + 2] = Math.min(end, Math.max(box[i] + 1, box[i + 2] + d));
  });
  return next;
}

function withKeys(group, name, lab) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  group.addEventListener('keydown', (e) => {
    const step = steps[e.key];
    if (!step) return;
    e.preventDefault();
    const far = e.shiftKey ? 10 : 1;
    const part = e.altKey ? [1, 1] : [0.5, 0.5];
    lab.boxes[name] = pulled(lab.boxes[name], part, far * step[0], far * step[1], lab);
    lab.draw();
  });
  group.addEventListener('keyup', (e) => { if (steps[e.key]) lab.tell(); });
}
