// Scores of every window, once from a classifier run on each and once from convolutions over the picture:
// heat maps, counters, a race at the measured ratio, and both answers for the window under the pointer.
// uses lib/message lib/pictures lib/dom lib/icons lib/pointer lib/numbers lib/colours lib/animate lib/score_maps fcn/race
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.fcn');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpacked(data);
  if (lab.identity === fields.identity) return;
  lab.identity = fields.identity;
  lab.open(fields, parts);
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { which: -1, opacity: 0.7, spot: null, sides: [], root };
  find('.play').replaceChildren(icon('play'), ' Race');
  find('.play').onclick = () => startRace(lab);
  find('.opacity').oninput = (e) => { lab.opacity = e.target.value / 100; lab.draw(); };
  find('.which').onchange = (e) => { lab.which = Number(e.target.value); lab.draw(); };
  lab.draw = () => lab.sides.forEach((side) => side.draw());
  lab.probed = () => showProbe(find('.probe'), lab);
  lab.open = (fields, parts) => {
    stopAnimation(lab);
    lab.fields = fields;
    lab.url = pictureUrl(lab, fields.identity, parts.picture);
    if (find('.which').length === 0) {
      find('.which').append(...['the most probable', ...fields.names].map((name, k) => new Option(name, k - 1)));
    }
    find('.sides').replaceChildren();
    lab.sides = fields.sides.map((side, k) => {
      const logits = parts[k ? 'convolved' : 'windows'];
      return buildSide(find('.sides'), { ...side, logits, probabilities: softmaxed(logits, fields.names.length) }, lab);
    });
    const { rows, columns } = fields;
    if (!lab.spot || lab.spot[0] >= rows || lab.spot[1] >= columns) lab.spot = [rows >> 1, columns >> 1];
    find('.pace').textContent = paceOf(lab);
    const ratio = (of) => (of(lab.sides[0]) / of(lab.sides[1])).toLocaleString('en-US', { maximumSignificantDigits: 2 });
    find('.verdict').innerHTML = `The same ${grouped(rows * columns * fields.names.length)} scores
      (${rows} × ${columns} windows, ${fields.names.length} classes), largest difference <b>${fields.apart.toExponential(1)}</b>.
      Window by window they cost <b>${ratio((s) => s.adds)} ×</b> the multiplications and
      <b>${ratio((s) => s.seconds)} ×</b> the time.`;
    lab.draw(); lab.probed();
    root.dataset.ready = fields.identity;
  };
  return lab;
}

// Probabilities [K][cells] of logits that lie class after class.
function softmaxed(logits, classes) {
  const cells = logits.length / classes, out = new Float32Array(logits.length);
  for (let i = 0; i < cells; i++) {
    let most = -Infinity, sum = 0;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[k * cells + i]);
    for (let k = 0; k < classes; k++) sum += out[k * cells + i] = Math.exp(logits[k * cells + i] - most);
    for (let k = 0; k < classes; k++) out[k * cells + i] /= sum;
  }
  return out;
}

function buildSide(place, side, lab) {
  const body = element('div', { className: 'side' });
  body.innerHTML = `<h4>${side.title} <small>${side.note}</small></h4><div class="view" tabindex="0" role="application"><img alt=""><canvas></canvas>
    <div class="box"></div></div><div class="counters"><div><b class="calls"></b><span>network calls</span></div>
    <div><b class="adds"></b><span>multiply-adds</span></div><div><b class="seconds"></b><span>measured</span></div></div>`;
  place.append(body);
  const find = (s) => body.querySelector(s), canvas = find('canvas'), view = find('.view');
  Object.assign(find('img'), { src: lab.url, alt: lab.fields.alt });
  view.setAttribute('aria-label', `${side.title}. Arrow keys move the window whose scores are shown`);
  withSpot(view, lab);
  side.share = 1;
  side.box = find('.box');
  side.draw = () => {
    const { rows, columns } = lab.fields, all = rows * columns;
    // Window by window the map fills as windows are done; convolutions give it whole when they are through.
    const done = side.gradual || side.share === 1 ? Math.floor(side.share * all) : 0;
    drawScoreMap(canvas, side, lab.fields, lab.which, lab.opacity, done);
    find('.calls').textContent = counted(Math.floor(side.share * side.calls));
    find('.adds').textContent = counted(side.share * side.adds);
    find('.seconds').textContent = lasted(side.share * side.seconds);
  };
  return side;
}

// The window under the pointer, the same on both sides; arrow keys move it by one.
function withSpot(view, lab) {
  const to = (r, c) => {
    lab.spot = [cellIndex(r, lab.fields.rows), cellIndex(c, lab.fields.columns)];
    lab.probed();
  };
  followSpot(view, {
    point: ([x, y]) => {
      const { width, height, window: size, stride } = lab.fields;
      const cell = (share, length) => Math.round((share * length - size / 2) / stride);
      to(cell(y, height), cell(x, width));
    },
    step: (dx, dy) => to(lab.spot[0] + dy, lab.spot[1] + dx),
  });
}

function showProbe(place, lab) {
  const { width, height, window: size, stride, rows, columns, names, colours } = lab.fields;
  const [r, c] = lab.spot, cell = r * columns + c, cells = rows * columns;
  lab.sides.forEach(({ box }) => Object.assign(box.style, { left: `${(100 * c * stride) / width}%`,
    top: `${(100 * r * stride) / height}%`, width: `${(100 * size) / width}%`, height: `${(100 * size) / height}%` }));
  const [slid, dense] = lab.sides.map((side) => names.map((_, k) => side.logits[k * cells + cell]));
  const order = names.map((_, k) => k).sort((a, b) => slid[b] - slid[a]).slice(0, 3);
  const lines = order.map((k) => `<tr><td><i style="background:${rgb(colours[k])}"></i>${names[k]}</td>
    <td>${slid[k].toFixed(5)}</td><td>${dense[k].toFixed(5)}</td><td>${(100 * lab.sides[0].probabilities[k * cells + cell]).toFixed(1)} %</td></tr>`);
  place.innerHTML = `<canvas width="${size}" height="${size}" role="img" aria-label="The window, enlarged"></canvas>
    <table><tr><th>this window</th><th>classified</th><th>convolved</th><th>probability</th></tr>${lines.join('')}</table>`;
  place.dataset.values = JSON.stringify({ at: [r, c], slid, dense });
  const image = lab.root.querySelector('.view img');
  image.decode().then(() => place.querySelector('canvas')?.getContext('2d')
    .drawImage(image, c * stride, r * stride, size, size, 0, 0, size, size)).catch(() => {});
}
