// An object's RoI, its features and masks; the threshold and the pointer are answered here, a moved RoI by Python.
// uses lib/message lib/pictures lib/dom lib/boxes lib/canvas lib/colours lib/drag lib/pointer lib/numbers mask_rcnn/paste
const LIVE = [0, 158, 115];

export default function ({ data, parentElement, setStateValue }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.mask-lab');
  const lab = root.lab ?? (root.lab = buildMaskLab(root));
  lab.send = (change) => setStateValue('changed', { ...change, stamp: lab.stamp });
  const fresh = lab.stamp !== fields.stamp;
  if (fresh) Object.assign(lab, { stamp: fields.stamp, box: [...fields.box], threshold: fields.threshold });
  Object.assign(lab, { fields, pooled: parts.pooled, masks: parts.masks });
  lab.waiting = fields.box.some((v, k) => Math.abs(v - lab.box[k]) > 0.006);
  lab.find('.threshold').value = Math.round(100 * lab.threshold);
  lab.find('.board').setAttribute('aria-label', fields.alt);
  loadPicture(lab.image, fields.identity, parts.picture, () => lab.draw());
  lab.draw();
}

function buildMaskLab(root) {
  const find = (s) => root.querySelector(s), board = find('.board'), body = find('.body');
  const lab = { root, find, image: new Image(), box: [0, 0, 1, 1], threshold: 0.5, stamp: null };
  const unit = () => board.clientWidth / lab.fields.width;
  const limits = () => [0, 0, lab.fields.width, lab.fields.height];
  const pull = (handle, start) => (dx, dy) => { lab.box = pulledBox(start, handle, dx / unit(), dy / unit(), limits(), 2); lab.waiting = true; lab.draw(); };
  const tell = () => lab.send({ box: lab.box.map((v) => Math.round(100 * v) / 100) });
  const handle = (part, way) => dragged(part, {
    begin: () => { body.focus({ preventScroll: true }); return pull(way, [...lab.box]); },
    move: (to, dx, dy) => to(dx, dy), end: (to, moved) => moved && tell(),
  });
  handle(body, WHOLE);
  for (const way of HANDLES.filter(([u, v]) => u !== 0.5 && v !== 0.5)) {
    const corner = handleElement(way);
    body.append(corner);
    handle(corner, way);
  }
  pulledByKeys(body, { pull: (way, dx, dy) => { lab.box = pulledBox(lab.box, way, dx / 4, dy / 4, limits(), 2); lab.waiting = true; lab.draw(); }, end: tell });
  board.onclick = (e) => {
    const at = [e.offsetX / unit(), e.offsetY / unit()];
    const hit = lab.fields.boxes.map((b, k) => [boxArea(b.box), k]).filter(([, k]) => boxContains(lab.fields.boxes[k].box, at)).sort((a, b) => a[0] - b[0])[0];
    if (hit) { lab.box = [...lab.fields.boxes[hit[1]].box]; lab.waiting = true; lab.draw(); lab.send({ object: hit[1] }); }
  };
  find('.threshold').oninput = (e) => { lab.threshold = e.target.value / 100; lab.draw(); };
  find('.threshold').onchange = () => lab.send({ threshold: lab.threshold });
  find('.mask').onpointermove = (e) => pointAt(lab, e);
  find('.mask').onpointerleave = () => { find('.pointed').textContent = 'Point at a cell.'; };
  lab.draw = () => lab.fields && drawMaskLab(lab);
  new ResizeObserver(() => lab.draw()).observe(root);
  return lab;
}

function maskOf(lab, id) {
  const cells = lab.fields.side ** 2;
  return lab.masks.subarray(id * cells, (id + 1) * cells);
}

function drawMaskLab(lab) {
  const { find, fields } = lab, board = find('.board'), wide = board.parentElement.clientWidth, unit = wide / fields.width;
  lab.root.classList.toggle('waiting', lab.waiting);
  const ink = sharpCanvas(board, wide, fields.height * unit);
  board.style.height = `${fields.height * unit}px`;
  if (isLoaded(lab.image)) ink.drawImage(lab.image, 0, 0, wide, fields.height * unit);
  for (const { box, colour } of fields.boxes) strokeBox(ink, scaledBox(box, unit), colour, 2);
  strokeBox(ink, scaledBox(lab.box, unit), '#10151c', 5);
  strokeBox(ink, scaledBox(lab.box, unit), '#fff', 3);
  const [x1, y1, x2, y2] = scaledBox(lab.box, unit);
  Object.assign(find('.body').style, { left: `${x1}px`, top: `${y1}px`, width: `${x2 - x1}px`, height: `${y2 - y1}px` });
  find('.state').textContent = lab.waiting ? 'The mask head runs …' : fields.says;
  drawClose(lab);
  drawPooled(find('.pooled'), lab);
  paintPixels(find('.mask'), fields.side, fields.side, (i) => onScale(HEAT, maskOf(lab, fields.mask)[i]));
  find('.mask').setAttribute('aria-label', `Mask of ${fields.names[fields.mask]}, ${fields.side} x ${fields.side}`);
  find('.shown').textContent = fields.names[fields.mask];
  lab.root.querySelectorAll('.caption').forEach((place, k) => { place.textContent = fields.captions[k]; });
  showClasses(lab);
}

// The RoI at the picture's own pixels with the pasted mask; the view is a little larger than the RoI.
function drawClose(lab) {
  const { find, fields } = lab, canvas = find('.close'), [x1, y1, x2, y2] = lab.box;
  const half = 0.58 * Math.max(x2 - x1, y2 - y1), cx = (x1 + x2) / 2, cy = (y1 + y2) / 2, side = 460;
  const view = [cx - half, cy - half, cx + half, cy + half];
  sizeCanvas(canvas, side, side);
  const ink = canvas.getContext('2d', { willReadFrequently: true }), scale = lab.image.naturalWidth / fields.width;
  fillBox(ink, [0, 0, side, side], '#1c2128');
  if (isLoaded(lab.image)) ink.drawImage(lab.image, view[0] * scale, view[1] * scale, 2 * half * scale, 2 * half * scale, 0, 0, side, side);
  const count = paintMask(ink, { mask: maskOf(lab, fields.mask), size: fields.side, box: lab.box, view, threshold: lab.threshold, colour: LIVE });
  const zoom = side / (2 * half);
  strokeBox(ink, [(x1 - view[0]) * zoom, (y1 - view[1]) * zoom, (x2 - view[0]) * zoom, (y2 - view[1]) * zoom], '#fff', 2, [6, 5]);
  canvas.setAttribute('aria-label', `${fields.names[fields.mask]} cut out at threshold ${lab.threshold}`);
  find('.at').textContent = lab.threshold.toFixed(2);
  const pixels = Math.round(count * (2 * half / side * fields.scale) ** 2);
  find('.area').textContent = `${grouped(pixels)} pixels`;
  lab.root.dataset.pixels = pixels;
}

function drawPooled(canvas, lab) {
  const side = lab.fields.pooled;
  paintPixels(canvas, side, side, (i) => lab.pooled.subarray(3 * i, 3 * i + 3));
}

function pointAt(lab, e) {
  const { fields, find } = lab, side = fields.side;
  const [column, row] = shareUnder(e, find('.mask')).map((share) => cellIndex(share * side, side));
  const value = maskOf(lab, fields.mask)[row * side + column];
  find('.pointed').innerHTML = `Row ${row + 1}, column ${column + 1}: <b>${(100 * value).toFixed(1)} %</b> ${value >= lab.threshold ? 'is in' : 'is out'}`;
}

function showClasses(lab) {
  const { fields, find } = lab, place = find('.classes');
  if (place.children.length !== fields.names.length) {
    place.replaceChildren(...fields.names.map((name, id) => {
      const button = element('button', { type: 'button' }, element('canvas'), name, element('span', { className: 'probability' }));
      button.onclick = () => { lab.fields.mask = id; lab.draw(); lab.send({ mask: id }); };
      return button;
    }));
  }
  fields.names.forEach((name, id) => {
    const button = place.children[id], mask = maskOf(lab, id);
    paintPixels(button.querySelector('canvas'), fields.side, fields.side, (i) => onScale(HEAT, mask[i]));
    button.setAttribute('aria-pressed', id === fields.mask);
    button.querySelector('.probability').textContent = id === fields.detected && fields.names.length > 1 ? 'the detected class' : '';
  });
}
