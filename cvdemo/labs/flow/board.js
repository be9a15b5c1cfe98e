// One view of several flows side by side: the pointer shows where a pixel goes in all of them, or swipes two pictures.
// uses lib/message lib/pictures lib/dom lib/canvas lib/pointer flow/arrow lib/said
export default function ({ data, parentElement }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.flow-board');
  const lab = root.lab ?? (root.lab = buildBoard(root));
  Object.assign(lab, { fields, flows: fields.panels.map((_, k) => parts[`flow${k}`]) });
  showPanels(lab, parts);
  lab.draw();
}

function buildBoard(root) {
  const lab = { root, place: root.querySelector('.panels'), spot: null, at: 0.5 };
  lab.draw = () => {
    [...lab.place.children].forEach((panel, k) => (lab.fields.swipe ? swipePanel(panel, lab) : pointPanel(panel, lab, k)));
    root.dataset.spot = lab.spot ?? '';
    root.dataset.at = lab.at;
  };
  new ResizeObserver(() => lab.fields && lab.draw()).observe(root);
  return lab;
}

function buildPanel(lab) {
  const frame = element('div', { className: 'frame', tabIndex: 0, role: 'application' },
    element('img', { className: 'base' }), element('img', { className: 'under', alt: '' }), element('canvas'),
    element('i', { className: 'handle' }), element('span', { className: 'side left', textContent: said('first') }),
    element('span', { className: 'side right', textContent: 'second, brought back' }));
  const move = ([x, y]) => {
    lab.spot = [clampShare(x), clampShare(y)];
    lab.at = lab.spot[0];
    lab.draw();
  };
  followSpot(frame, { point: move, step: (dx, dy, far) => {
    const [x, y] = lab.spot ?? [lab.at, 0.5], { width, height } = lab.fields, by = far ? 16 : lab.fields.coarse;
    move([x + (dx * by) / width, y + (dy * by) / height]);
  } });
  frame.onpointerleave = () => { if (!lab.fields.swipe) { lab.spot = null; lab.draw(); } };
  return element('figure', {}, element('figcaption', {}, element('span'), element('small')), frame, element('p', { className: 'text' }));
}

const clampShare = (v) => Math.max(0, Math.min(0.9999, v));

function showPanels(lab, parts) {
  const { fields, place } = lab;
  while (place.childElementCount < fields.panels.length) place.append(buildPanel(lab));
  while (place.childElementCount > fields.panels.length) place.lastElementChild.remove();
  fields.panels.forEach((panel, k) => {
    const at = place.children[k], base = at.querySelector('.base'), under = at.querySelector('.under');
    at.querySelector('figcaption span').textContent = panel.title;
    at.querySelector('.text').innerHTML = panel.text;
    at.querySelector('.frame').setAttribute('aria-label', `${panel.title}: ${fields.swipe ? 'left and right arrows swipe' : 'arrow keys move the pointer'}`);
    Object.assign(base, { alt: `${panel.title}: ${fields.alt}`, src: pictureUrl(base, panel.identity, parts[`picture${k}`], 4) });
    for (const one of at.querySelectorAll('.under, .handle, .side')) one.hidden = !fields.swipe;
    if (fields.swipe) under.src = pictureUrl(under, panel.underIdentity, parts[`under${k}`], 4);
    at.querySelector('small').textContent = '';
  });
  lab.root.querySelector('.hint').textContent = fields.hint;
}

function swipePanel(panel, { at }) {
  panel.querySelector('.under').style.clipPath = `inset(0 0 0 ${100 * at}%)`;
  panel.querySelector('.handle').style.left = `${100 * at}%`;
  const canvas = panel.querySelector('canvas');
  canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
}

// The motion of the pixel under the spot, as an arrow and in numbers.
function pointPanel(panel, lab, k) {
  const canvas = panel.querySelector('canvas'), says = panel.querySelector('small');
  const { clientWidth: w, clientHeight: h } = panel.querySelector('.frame');
  if (!w || !h) return;
  const ink = sharpCanvas(canvas, w, h);
  says.textContent = '';
  if (!lab.spot) return;
  const [x, y] = lab.spot, { width, height } = lab.fields, [u, v] = flowUnder(lab, k);
  const from = [x * w, y * h], to = [from[0] + (u / width) * w, from[1] + (v / height) * h];
  strokeArrow(ink, from, to, '#fff');
  says.textContent = `${wayOf(u, said('right'), said('left'))} · ${wayOf(v, said('down'), said('up'))}`;
}

const wayOf = (v, there, back) => `${Math.abs(v).toFixed(1)} ${v < 0 ? back : there}`;

function flowUnder({ spot: [x, y], fields: { width, height, coarse }, flows }, k) {
  const across = Math.ceil(width / coarse), i = Math.floor((y * height) / coarse) * across + Math.floor((x * width) / coarse);
  return [flows[k][2 * i] / 16, flows[k][2 * i + 1] / 16];
}
