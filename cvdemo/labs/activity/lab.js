// A clip that plays, and beside it, for every way of knowing activities, the probabilities after each frame.
// uses lib/message lib/dom lib/svg lib/canvas lib/pictures lib/player
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.activity-lab');
  const lab = root.lab ?? (root.lab = { root, find: (s) => root.querySelector(s), film: new Image(), at: 0 });
  const { fields, parts } = unpacked(data);
  const fresh = lab.fields?.identity !== fields.identity;
  Object.assign(lab, { fields, values: parts.probabilities });
  loadPicture(lab.film, fields.identity, parts.film, () => paintFrame(lab));
  lab.find('canvas').setAttribute('aria-label', fields.alt);
  lab.find('.truth').replaceChildren(...truthOf(fields));
  lab.find('.ways').replaceChildren(...fields.ways.map((way, k) => wayOf(lab, way, k)));
  lab.find('.legend').replaceChildren(...fields.classes.map(({ name, colour }) => {
    const line = element('i');
    line.style.background = colour;
    return element('span', {}, line, name);
  }));
  lab.player = player(lab.find('.place'), {
    count: fields.times.length, keep: !fresh, start: 0, perSecond: fields.perSecond,
    text: (k) => `${k + 1} / ${fields.times.length} · ${fields.times[k].toFixed(2)} s`,
    show: (k) => { lab.at = k; paintFrame(lab); showAnswers(lab); },
  });
  if (fresh && !matchMedia('(prefers-reduced-motion: reduce)').matches) lab.player.toggle();
}

function truthOf({ truth }) {
  return truth === null ? ['What happens here is not known.'] : ['What happens: ', element('b', { className: 'right', textContent: truth })];
}

// Frame k is a tile of the film, the tiles row by row.
function paintFrame({ find, film, fields, at }) {
  if (!isLoaded(film)) return;
  const canvas = find('canvas'), [width, height] = fields.size, { columns } = fields;
  sizeCanvas(canvas, width, height);
  canvas.getContext('2d').drawImage(film, width * (at % columns), height * Math.floor(at / columns), width, height, 0, 0, width, height);
}

const probability = ({ values, fields }, way, frame, id) => values[(way * fields.times.length + frame) * fields.names.length + id];

// Title, what is said now, when it is right; under them a line for each of the classes that are told apart.
function wayOf(lab, { title, verdict, right }, number) {
  const n = lab.fields.times.length, sheet = svgElement('svg', { viewBox: `0 0 ${n} 1`, preserveAspectRatio: 'none' });
  for (const share of [0.25, 0.5, 0.75]) sheet.append(svgElement('path', { d: `M0 ${share}H${n}`, stroke: 'currentColor', opacity: 0.15, 'stroke-width': 1, 'vector-effect': 'non-scaling-stroke' }));
  if (right !== null) sheet.append(svgElement('rect', { x: right, y: 0, width: n - right, height: 1, fill: '#009E73', opacity: 0.12 }));
  for (const { id, colour, thick } of [...lab.fields.classes].reverse()) {
    let path = '';
    for (let k = 0; k < n; k++) path += `${k ? 'L' : 'M'}${k + 0.5} ${(0.97 - 0.94 * probability(lab, number, k, id)).toFixed(4)}`;
    sheet.append(svgElement('path', { d: path, fill: 'none', stroke: colour, 'stroke-width': thick, 'vector-effect': 'non-scaling-stroke', 'stroke-linejoin': 'round' }));
  }
  const place = element('div', { className: 'sheet' }, sheet, element('div', { className: 'head' }));
  place.onpointerdown = place.onpointermove = (e) => {
    if (e.type === 'pointermove' && !e.buttons) return;
    const area = place.getBoundingClientRect();
    lab.player.stop();
    lab.player.go(Math.floor(((e.clientX - area.left) / area.width) * n));
  };
  const heading = element('h4', {}, title, element('span', { className: 'now' }), element('span', { className: `verdict ${right === null ? '' : 'right'}`, textContent: verdict }));
  return element('div', { className: 'way' }, heading, place);
}

// What each way says at the frame that is shown, and the playheads.
function showAnswers(lab) {
  const { fields, at } = lab, ids = fields.names.map((_, id) => id);
  [...lab.find('.ways').children].forEach((way, k) => {
    const best = ids.reduce((a, b) => (probability(lab, k, at, b) > probability(lab, k, at, a) ? b : a));
    way.querySelector('.now').textContent = `${fields.names[best]} ${Math.round(100 * probability(lab, k, at, best))} %`;
    way.querySelector('.head').style.left = `${(100 * (at + 0.5)) / fields.times.length}%`;
  });
  lab.root.dataset.frame = at;
}
