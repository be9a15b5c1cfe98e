// The picture under its feature map, and the RoI that is dragged over it; in use by roi.js.
const GRIPS = [[0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0.5, 1], [0, 1], [0, 0.5]];
const CURSORS = ['nwse', 'ns', 'nesw', 'ew', 'nwse', 'ns', 'nesw', 'ew'];
const INK = { exact: '#ffffff', pool: '#e69f00', align: '#3fb5f0', vote: '#d77fb4' };
const eighths = (v) => Math.round(8 * v) / 8;

// Dark violet over blue and green to yellow, as viridis.
const SCALE = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
function shade(share) {
  const at = Math.max(0, Math.min(share, 0.9999)) * (SCALE.length - 1), k = Math.floor(at);
  return SCALE[k].map((v, n) => Math.round(v + (SCALE[k + 1][n] - v) * (at - k)));
}

// A map with its range.
function asMap(bytes, [rows, columns], at = 0) {
  const values = new Float32Array(bytes.slice(4 * at, 4 * (at + rows * columns)).buffer);
  let low = Infinity, high = -Infinity;
  for (const v of values) { low = Math.min(low, v); high = Math.max(high, v); }
  return { values, rows, columns, low, high };
}

// A pixel for each cell; `fading` lets what is under it show through where values are low.
function tinted(map, { low, high, fading = false } = map) {
  const canvas = Object.assign(document.createElement('canvas'), { width: map.columns, height: map.rows });
  const ink = canvas.getContext('2d'), image = ink.createImageData(map.columns, map.rows);
  map.values.forEach((v, n) => {
    const share = (v - low) / (high - low || 1);
    image.data.set([...shade(share), fading ? 90 + 165 * Math.sqrt(share) : 255], 4 * n);
  });
  ink.putImageData(image, 0, 0);
  return canvas;
}

// Canvas in pixels of the screen, its context scaled to CSS pixels; `ratio` is height over width.
function sharpened(canvas, ratio) {
  const sharp = window.devicePixelRatio || 1, width = canvas.clientWidth || 300, height = width * ratio;
  const size = [Math.round(width * sharp), Math.round(height * sharp)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  canvas.style.aspectRatio = `${1 / ratio}`;
  const ink = canvas.getContext('2d');
  ink.setTransform(sharp, 0, 0, sharp, 0, 0);
  ink.clearRect(0, 0, width, height);
  return { ink, width, height };
}

function drawBoard(lab) {
  const { width, height, margin, stride, map } = lab, wide = width + 2 * margin, high = height + 2 * margin;
  const board = sharpened(lab.board, high / wide), { ink } = board, k = board.width / wide;
  lab.scale = k;
  ink.fillStyle = '#1c2128';
  ink.fillRect(0, 0, board.width, board.height);
  ink.setTransform(ink.getTransform().scale(k, k).translate(margin, margin));
  if (lab.image) ink.drawImage(lab.image, 0, 0, width, height);
  ink.save();
  ink.beginPath(); ink.rect(0, 0, map.columns * stride, map.rows * stride); ink.clip();
  ink.globalAlpha = lab.opacity; ink.imageSmoothingEnabled = false;
  ink.drawImage(lab.tinted, 0, 0, map.columns * stride, map.rows * stride);
  ink.restore();
  const { whole } = lab.now.bins.pool;
  const outline = (x, y, w, h, colour, dash) => {
    for (const [style, thick] of [['#000a', 4.5], [colour, 2.5]]) {
      ink.strokeStyle = style; ink.lineWidth = thick / k; ink.setLineDash(dash.map((d) => d / k));
      ink.strokeRect(x, y, w, h);
    }
    ink.setLineDash([]);
  };
  outline(...whole.slice(0, 2).map((v) => v * stride), (whole[2] - whole[0]) * stride, (whole[3] - whole[1]) * stride, INK.pool, [7, 4]);
  const [x1, y1, x2, y2] = lab.roi;
  outline(x1, y1, x2 - x1, y2 - y1, INK.exact, []);
  const style = { left: x1 + margin, top: y1 + margin, width: x2 - x1, height: y2 - y1 };
  for (const [name, v] of Object.entries(style)) lab.body.style[name] = `${v * k}px`;
  lab.body.classList.toggle('tiny', Math.min(x2 - x1, y2 - y1) * k < 34);
}

// Moves or resizes the RoI: part (u, v) 0 its left or upper side, 1 its right or lower, (.5, .5) the whole of it.
function pulledRoI(roi, [u, v], dx, dy, { width, height, margin }) {
  const next = [...roi];
  [[u, dx, width, 0], [v, dy, height, 1]].forEach(([part, d, end, k]) => {
    const low = -margin, high = end + margin;
    if (u === 0.5 && v === 0.5) {
      const step = Math.max(low - roi[k], Math.min(high - roi[k + 2], d));
      next[k] += step; next[k + 2] += step;
    } else if (part === 0) next[k] = Math.max(low, Math.min(roi[k + 2], roi[k] + d));
    else if (part === 1) next[k + 2] = Math.min(high, Math.max(roi[k], roi[k + 2] + d));
  });
  return next;
}

function buildBoard(lab, body) {
  lab.body = body;
  drags(body, [0.5, 0.5], lab);
  GRIPS.forEach(([u, v], i) => {
    const grip = document.createElement('i');
    grip.className = u !== 0.5 && v !== 0.5 ? 'corner' : 'side';
    grip.style.cssText = `left:${100 * u}%;top:${100 * v}%;cursor:${CURSORS[i]}-resize`;
    body.append(grip);
    drags(grip, [u, v], lab);
  });
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  body.addEventListener('keydown', (e) => {
    const way = arrows[e.key];
    if (!way) return;
    e.preventDefault();
    const step = e.shiftKey ? lab.stride : 0.25;
    lab.roi = pulledRoI(lab.roi, e.altKey ? [1, 1] : [0.5, 0.5], step * way[0], step * way[1], lab);
    lab.draw();
  });
  body.addEventListener('keyup', (e) => { if (arrows[e.key]) lab.tell(); });
}

function drags(part, place, lab) {
  let start = null;
  part.addEventListener('pointerdown', (e) => {
    if (e.button) return;
    start = { x: e.clientX, y: e.clientY, roi: [...lab.roi], moved: false };
    part.setPointerCapture(e.pointerId);
    lab.body.focus({ preventScroll: true });
    e.preventDefault(); e.stopPropagation();
  });
  part.addEventListener('pointermove', (e) => {
    if (!start) return;
    const [dx, dy] = [e.clientX - start.x, e.clientY - start.y].map((d) => eighths(d / lab.scale));
    start.moved ||= dx !== 0 || dy !== 0;
    lab.roi = pulledRoI(start.roi, place, dx, dy, lab);
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
