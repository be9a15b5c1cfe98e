// The picture under its feature map, and the RoI that is dragged over it.
// uses lib/pictures lib/canvas lib/boxes lib/colours lib/dom lib/drag
const INK = { exact: '#ffffff', pool: '#e69f00', align: '#3fb5f0', vote: '#d77fb4' };
const eighths = (v) => Math.round(8 * v) / 8;

// Dark violet over blue and green to yellow, as viridis.
const SCALE = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const shade = (share) => onScale(SCALE, share);

// A map with its range.
function asMap(all, [rows, columns], at = 0) {
  const values = all.subarray(at, at + rows * columns);
  let low = Infinity, high = -Infinity;
  for (const v of values) { low = Math.min(low, v); high = Math.max(high, v); }
  return { values, rows, columns, low, high };
}

// A pixel for each cell; `fading` lets what is under it show through where values are low.
function tinted(map, { low, high, fading = false } = map) {
  const canvas = element('canvas');
  paintPixels(canvas, map.columns, map.rows, (n) => {
    const share = (map.values[n] - low) / (high - low || 1);
    return [...shade(share), fading ? 90 + 165 * Math.sqrt(share) : 255];
  });
  return canvas;
}

// A canvas as wide as it is shown; `ratio` is height over width.
function sharpened(canvas, ratio) {
  const width = canvas.clientWidth || 300, height = width * ratio;
  canvas.style.aspectRatio = `${1 / ratio}`;
  return { ink: sharpCanvas(canvas, width, height), width, height };
}

function drawBoard(lab) {
  const { width, height, margin, stride, map } = lab, wide = width + 2 * margin, high = height + 2 * margin;
  const board = sharpened(lab.board, high / wide), { ink } = board, k = board.width / wide;
  lab.scale = k;
  fillBox(ink, [0, 0, board.width, board.height], '#1c2128');
  ink.setTransform(ink.getTransform().scale(k, k).translate(margin, margin));
  if (isLoaded(lab.image)) ink.drawImage(lab.image, 0, 0, width, height);
  ink.save();
  ink.beginPath(); ink.rect(0, 0, map.columns * stride, map.rows * stride); ink.clip();
  ink.globalAlpha = lab.opacity; ink.imageSmoothingEnabled = false;
  ink.drawImage(lab.tinted, 0, 0, map.columns * stride, map.rows * stride);
  ink.restore();
  const outline = (box, colour, dash) => {
    for (const [style, thick] of [['#000a', 4.5], [colour, 2.5]]) strokeBox(ink, box, style, thick / k, dash.map((d) => d / k));
  };
  outline(scaledBox(lab.now.bins.pool.whole, stride), INK.pool, [7, 4]);
  outline(lab.roi, INK.exact, []);
  const [x1, y1, x2, y2] = lab.roi;
  const style = { left: x1 + margin, top: y1 + margin, width: x2 - x1, height: y2 - y1 };
  for (const [name, v] of Object.entries(style)) lab.body.style[name] = `${v * k}px`;
  lab.body.classList.toggle('tiny', Math.min(x2 - x1, y2 - y1) * k < 34);
}

function pullRoI(lab, roi, handle, dx, dy) {
  const { width, height, margin } = lab;
  lab.roi = pulledBox(roi, handle, dx, dy, [-margin, -margin, width + margin, height + margin]);
  lab.draw();
}

function buildBoard(lab, body) {
  lab.body = body;
  drags(body, WHOLE, lab);
  for (const handle of HANDLES) {
    const grip = handleElement(handle, handle.includes(0.5) ? 'side' : 'corner');
    body.append(grip);
    drags(grip, handle, lab);
  }
  pulledByKeys(body, {
    pull: (handle, dx, dy, shift) => {
      const step = shift ? lab.stride : 0.25;
      pullRoI(lab, lab.roi, handle, step * dx, step * dy);
    },
    end: () => lab.tell(),
  });
}

function drags(part, handle, lab) {
  dragged(part, {
    begin: () => { lab.body.focus({ preventScroll: true }); return lab.roi; },
    move: (roi, dx, dy) => pullRoI(lab, roi, handle, eighths(dx / lab.scale), eighths(dy / lab.scale)),
    end: (roi) => { if (roi.some((v, k) => v !== lab.roi[k])) lab.tell(); },
  });
}
