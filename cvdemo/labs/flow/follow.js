// One pixel through the pictures of a clip: where the flows lead it, and where it truly goes. A click chooses another.
// uses lib/message lib/pictures lib/canvas lib/player lib/pointer
export default function ({ data, parentElement, setStateValue }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.flow-follow');
  const lab = root.lab ?? (root.lab = buildFollow(root));
  const fresh = lab.fields?.of !== fields.of;
  lab.pick = (x, y) => setStateValue('picked', { x, y, of: fields.of, count: ++lab.sent });
  Object.assign(lab, { fields, cursor: null });
  root.dataset.path = JSON.stringify(fields.path);
  if (fresh) {
    lab.images = fields.path.map((_, k) => new Image());
    lab.images.forEach((image, k) => loadPicture(image, `${fields.of} ${k}`, parts[`frame${k}`], () => drawFrame(lab)));
  }
  lab.player = player(root.querySelector('.place'), {
    count: fields.path.length, keep: !fresh, start: fields.path.length - 1, perSecond: 2,
    text: (i) => `frame ${i + 1} / ${fields.path.length}`, show: (i) => { lab.at = i; drawFrame(lab); },
  });
}

function buildFollow(root) {
  const lab = { root, sent: 0, at: 0, cursor: null }, frame = root.querySelector('.frame');
  const send = (sx, sy) => {
    const { width, height } = lab.fields;
    lab.pick(Math.min(width - 1, Math.max(0, sx * width - 0.5)), Math.min(height - 1, Math.max(0, sy * height - 0.5)));
  };
  frame.onclick = (e) => send(...shareUnder(e, frame));
  frame.onkeydown = (e) => {
    const way = arrowOf(e), { width, height, path } = lab.fields;
    if (e.key === 'Enter' && lab.cursor) send((lab.cursor[0] + 0.5) / width, (lab.cursor[1] + 0.5) / height);
    else if (way) {
      const [x, y] = lab.cursor ?? path[0], by = e.shiftKey ? 16 : 2;
      lab.cursor = [Math.min(width - 1, Math.max(0, x + way[0] * by)), Math.min(height - 1, Math.max(0, y + way[1] * by))];
      lab.player.stop();
      lab.player.go(0);
    } else return;
    e.preventDefault(); e.stopPropagation();
  };
  new ResizeObserver(() => lab.fields && drawFrame(lab)).observe(root);
  return lab;
}

const TRUE_WAY = '#56b4e9', FOUND_WAY = '#e69f00';

function drawFrame(lab) {
  const { fields, at, root } = lab, { width, height, path, truth, hidden } = fields, image = lab.images[at];
  const frame = root.querySelector('.frame'), w = frame.clientWidth, h = (w * height) / width, canvas = root.querySelector('canvas');
  if (!w || !isLoaded(image)) return;
  const ink = sharpCanvas(canvas, w, h), place = (p) => [((p[0] + 0.5) / width) * w, ((p[1] + 0.5) / height) * h];
  ink.drawImage(image, 0, 0, w, h);
  if (truth) drawWay(ink, truth.map((p) => p && place(p)), at, TRUE_WAY, hidden);
  drawWay(ink, path.map((p) => p && place(p)), at, FOUND_WAY, []);
  if (lab.cursor && at === 0) strokeBox(ink, [...place(lab.cursor).map((v) => v - 6), ...place(lab.cursor).map((v) => v + 6)], '#fff', 2);
  root.querySelector('.says').innerHTML = waySays(fields, at);
}

// The way up to a frame; what is hidden there is a ring.
function drawWay(ink, places, at, colour, hidden) {
  for (const [style, thick] of [['#000', 5], [colour, 2.5]]) {
    Object.assign(ink, { strokeStyle: style, lineWidth: thick, lineJoin: 'round' });
    ink.beginPath();
    places.slice(0, at + 1).forEach((p) => p && ink.lineTo(...p));
    ink.stroke();
  }
  const here = places[at];
  if (!here) return;
  fillDot(ink, ...here, 7, '#000');
  fillDot(ink, ...here, 5.5, colour);
  if (hidden[at]) fillDot(ink, ...here, 3, '#000');
}

function waySays({ path, truth, hidden, title }, at) {
  const orange = `<b style="color:${FOUND_WAY}">●</b> ${title}`, here = path[at];
  const first = here ? `${orange}: (${here.map((v) => v.toFixed(1)).join(', ')})` : `${orange}: it has left the picture`;
  if (!truth?.[at]) return `${first}.`;
  const blue = `<b style="color:${TRUE_WAY}">●</b> truth: (${truth[at].map((v) => v.toFixed(1)).join(', ')})`;
  const off = here ? `, <b>${Math.hypot(here[0] - truth[at][0], here[1] - truth[at][1]).toFixed(1)} px</b> apart` : '';
  return `${first} · ${blue}${hidden[at] ? ', hidden or outside here' : ''}${off}.`;
}
