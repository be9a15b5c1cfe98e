// Mean field, step by step: labels left, right what moves them. All is drawn here; Python is not asked again.
// uses lib/message lib/player lib/choices lib/pointer lib/numbers lib/colours crf/views crf/charts
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.crf');
  const lab = root.lab ?? (root.lab = buildCrf(root));
  lab.open(data);
}

function buildCrf(root) {
  const find = (s) => root.querySelector(s);
  const lab = { d: null, step: 0, spot: null, view: Object.keys(CRF_VIEWS)[0], asked: 0 };
  lab.open = async (data) => {
    const asked = ++lab.asked;
    const { fields, parts } = unpacked(data);
    const names = Object.keys(parts);
    const maps = await Promise.all(names.map((name) => inflated(parts[name])));
    if (asked !== lab.asked) return; // a later slider has moved meanwhile
    const other = lab.d?.fields.topic !== fields.topic, moved = JSON.stringify(fields) !== lab.last;
    if (!other && !moved) return;
    lab.last = JSON.stringify(fields);
    lab.d = Object.fromEntries(names.map((name, k) => [name, maps[k]]));
    lab.d.fields = fields;
    if (other || !lab.spot) lab.spot = crfFirstSpot(lab.d);
    if (lab.view === 'errors' && !lab.d.truth) lab.view = Object.keys(CRF_VIEWS)[0];
    crfChoices(find('.views'), lab);
    find('.note').textContent = fields.note;
    root.style.setProperty('--changed', fields.wrong.join());
    for (const stage of root.querySelectorAll('.stage')) stage.setAttribute('aria-label', `${fields.alt}. Arrow keys move the pixel in the ring`);
    const last = fields.energy.length - 1, atEnd = lab.player && lab.step >= lab.player.count - 1;
    lab.player = player(find('.place'), { count: last + 1, perSecond: 2, keep: !other && !atEnd, start: last,
      text: (i) => `${i} / ${last}`, show: (i) => { lab.step = i; lab.draw(); } });
  };
  lab.draw = () => {
    const { d, step } = lab, { fields } = d;
    find('.when').textContent = step ? `After iteration ${step}` : 'What the network said';
    find('.legend').innerHTML = step ? `<i></i>${fields.changed[step]} just changed` : '';
    find('.numbers').innerHTML = crfNumbers(fields, step);
    crfLabels(find('.labels canvas'), d, step);
    lab.look();
    find('.charts').innerHTML = crfChart('Free energy', fields.energy, step, '#2f8fd0')
      + (fields.miou.length ? crfChart('mIoU', fields.miou, step, '#10a37f')
        + crfChart('Boundary F1', fields.boundary, step, '#e07020') : '')
      + crfChart('Pixels changed', fields.changed, step, '#a678d0');
    Object.assign(root.dataset, { step, last: fields.energy.length - 1, changed: fields.changed[step] });
  };
  lab.look = () => {
    CRF_VIEWS[lab.view](find('.heat canvas'), lab.d, lab.step, lab.spot);
    const { width, height } = lab.d.fields;
    for (const spot of root.querySelectorAll('.spot')) {
      spot.hidden = false;
      spot.style.left = `${(100 * (lab.spot.x + 0.5)) / width}%`;
      spot.style.top = `${(100 * (lab.spot.y + 0.5)) / height}%`;
    }
    find('.says').innerHTML = crfSays(lab);
    Object.assign(root.dataset, { x: lab.spot.x, y: lab.spot.y, view: lab.view });
  };
  for (const stage of root.querySelectorAll('.stage')) crfPoint(stage, lab);
  return lab;
}

function crfNumbers({ miou, boundary, changed }, step) {
  const now = (name, values) => {
    const by = values[step] - values[0];
    const change = step ? ` <span class="${by >= 0 ? 'up' : 'down'}">${signed(by, 3)}</span>` : '';
    return `<span>${name} <b>${values[step].toFixed(3)}</b>${change}</span>`;
  };
  const total = changed.slice(0, step + 1).reduce((a, b) => a + b, 0);
  return (miou.length ? now('mIoU', miou) + now('boundary F1', boundary) : '')
    + `<span>labels changed so far <b>${total}</b></span>`;
}

function crfSays({ d, step, spot, view }) {
  const { names, colours, width, height } = d.fields, label = d.labels[(step * height + spot.y) * width + spot.x];
  const mark = (k) => `<i style="background:${rgb(colours[k])}"></i>${names[k]}`;
  const here = `<span class="votes">The pixel in the ring is <span>${mark(label)}.</span></span>`;
  if (view === 'doubt') return `${here} Bright: the pixel is still torn between classes (brightest: as of a coin's throw or more).`;
  if (view === 'errors') return `${here} Marked: the label is not the true one.`;
  const far = d.weights.reduce((n, w) => n + (w > 0.1), 0);
  const votes = crfVotes(d, step).filter(([, share]) => share >= 0.005).map(([k, share]) => `<span>${mark(k)} ${percent(share)}</span>`).join('');
  return `${here} The bright pixels send messages to it: ${far} with more than a tenth of the full weight. Their votes: <span class="votes">${votes}</span>`;
}

function crfChoices(place, lab) {
  const names = Object.keys(CRF_VIEWS).filter((name) => name !== 'errors' || lab.d.truth);
  radioButtons(place, names, lab.view, (name) => { lab.view = name; crfChoices(place, lab); lab.look(); });
}

// Where the probe begins: a pixel that changes, the one nearest to the middle of them; else the middle.
function crfFirstSpot({ fields: { width, height, energy }, labels }) {
  const size = width * height, end = (energy.length - 1) * size;
  let best = null, least = Infinity;
  for (let i = 0; i < size; i++) {
    if (labels[i] === labels[end + i]) continue;
    const far = ((i % width) - width / 2) ** 2 + (Math.floor(i / width) - height / 2) ** 2;
    if (far < least) { least = far; best = i; }
  }
  if (best === null) return { x: Math.floor(width / 2), y: Math.floor(height / 2) };
  return { x: best % width, y: Math.floor(best / width) };
}

function crfPoint(stage, lab) {
  const to = (x, y) => {
    const { width, height } = lab.d.fields;
    lab.spot = { x: cellIndex(x, width), y: cellIndex(y, height) };
    lab.look();
  };
  followSpot(stage, {
    point: ([x, y]) => { if (lab.d) to(x * lab.d.fields.width, y * lab.d.fields.height); },
    step: (dx, dy, shift) => { const far = shift ? 10 : 1; if (lab.d) to(lab.spot.x + far * dx, lab.spot.y + far * dy); },
  });
}
