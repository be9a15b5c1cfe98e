// The drawing and the dragging of the two boxes.
// uses lib/svg lib/boxes lib/drag lib/pointer lib/numbers

function make(tag, place, attributes = {}) {
  return place.appendChild(svgElement(tag, attributes));
}

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
    const around = boxHull(a, b);
    setAttributes(rest, { d: asPath(a) + asPath(b) });
    setAttributes(shared, rectAttributes(boxIntersection(a, b)));
    setAttributes(hull, { ...rectAttributes(around), visibility: lab.measure === 'iou' || lab.measure === 'ciou' ? 'hidden' : 'visible' });
    const [p, q] = [centre(a), centre(b)];
    const far = lab.measure === 'diou' ? 'visible' : 'hidden';
    setAttributes(line, { x1: p[0], y1: p[1], x2: q[0], y2: q[1], visibility: far });
    setAttributes(diagonal, { x1: around[0], y1: around[1], x2: around[2], y2: around[3], visibility: far });
    const aspect = lab.measure === 'ciou' ? 'visible' : 'hidden';
    shapes.forEach((e, i) => {
      const [x1, y1, x2, y2] = [a, b][i];
      setAttributes(e, { x1, y1: y2, x2, y2: y1, visibility: aspect });
    });
    dots.forEach((dot, i) => setAttributes(dot, { cx: [p, q][i][0], cy: [p, q][i][1], r: 5 * pixel, visibility: far }));
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
    make('circle', group, { class: 'grip', style: `cursor: ${CURSORS[i]}` }));
  [body, ...grips].forEach((part, i) => drags(part, name, [WHOLE, ...HANDLES][i], lab));
  pulledByKeys(group, {
    pull: (handle, dx, dy, shift) => pull(lab, name, lab.boxes[name], handle, (shift ? 10 : 1) * dx, (shift ? 10 : 1) * dy),
    end: () => lab.tell(),
  });
  return (pixel) => {
    const box = lab.boxes[name], [x1, y1, x2, y2] = box;
    [body, halo, edge].forEach((e) => setAttributes(e, rectAttributes(box)));
    const narrow = Math.min(x2 - x1, y2 - y1) / pixel;
    HANDLES.forEach(([u, v], i) => {
      const at = { cx: x1 + u * (x2 - x1), cy: y1 + v * (y2 - y1) };
      // Small boxes keep their corners only, and keep their middle free for moving.
      const shown = narrow > 60 || (u !== 0.5 && v !== 0.5 && narrow > 12) || (u === 1 && v === 1);
      setAttributes(handles[i], { ...at, r: (narrow > 60 ? 6 : 4) * pixel, visibility: shown ? 'visible' : 'hidden' });
      setAttributes(grips[i], { ...at, r: clamp(narrow / 5, 5, 16) * pixel, display: shown ? '' : 'none' });
    });
    const size = 15 * pixel, wide = name.length * 7.4 * pixel + 14 * pixel;
    // The truth's name stands above it, the prediction's below, inside where the picture ends.
    const above = y1 > 1.6 * size ? y1 - 1.5 * size : y1 + 3 * pixel;
    const below = y2 + 1.6 * size < lab.height ? y2 + 3 * pixel : y2 - 1.6 * size;
    const top = name === 'truth' ? above : below, left = clamp(x1, 0, lab.width - wide);
    setAttributes(tag, { x: left, y: top, width: wide, height: 1.45 * size, rx: 4 * pixel });
    setAttributes(text, { x: left + 6 * pixel, y: top + 1.07 * size, 'font-size': size });
    setAttributes(group, { 'aria-label': `${name} box ${box.map((v) => Math.round(v)).join(' ')}: arrow keys move it by
      1 pixel, with Shift by 10, with Alt they resize it` });
  };
}

// Kept within the picture and at least a pixel wide and high.
function pull(lab, name, box, handle, dx, dy) {
  lab.boxes[name] = pulledBox(box, handle, dx, dy, [0, 0, lab.width, lab.height], 1);
  lab.draw();
}

function drags(part, name, handle, lab) {
  dragged(part, {
    begin: (e) => {
      const who = handle === WHOLE ? smallestAt(e, name, lab) : name;
      lab.board.querySelector(`.box.${who}`).focus({ preventScroll: true });
      return { who, box: lab.boxes[who] };
    },
    move: ({ who, box }, dx, dy) => {
      const frame = lab.board.getBoundingClientRect();
      pull(lab, who, box, handle, Math.round((dx * lab.width) / frame.width), Math.round((dy * lab.height) / frame.height));
    },
    end: ({ who, box }) => { if (box.some((v, k) => v !== lab.boxes[who][k])) lab.tell(); },
  });
}

// Where both boxes lie under the pointer, the smaller one is meant: it could not be reached otherwise.
function smallestAt(event, name, { boxes, board, width, height }) {
  const [x, y] = shareUnder(event, board);
  const there = Object.keys(boxes).filter((n) => boxContains(boxes[n], [x * width, y * height]));
  return there.reduce((best, n) => (boxArea(boxes[n]) < boxArea(boxes[best]) ? n : best), name);
}
