// The flows on a method's way, step by step: the level's picture, the flow, what it leaves, and the error so far.
// uses lib/message lib/pictures lib/canvas lib/player lib/pointer
export default function ({ data, parentElement }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.flow-steps');
  const lab = root.lab ?? (root.lab = buildSteps(root));
  const fresh = lab.identity !== fields.identity;
  Object.assign(lab, { fields, parts, identity: fields.identity });
  lab.player = player(root.querySelector('.place'), {
    count: fields.names.length, keep: !fresh, start: 0, perSecond: 3, show: (i) => showStep(lab, i),
  });
}

function buildSteps(root) {
  const lab = { root, find: (s) => root.querySelector(s), at: 0 }, curve = lab.find('.curve');
  curve.onpointerdown = (e) => {
    const count = lab.fields.names.length;
    lab.player.stop();
    lab.player.go(Math.round(shareUnder(e, curve)[0] * (count - 1)));
  };
  new ResizeObserver(() => lab.fields && drawCurve(lab)).observe(root);
  return lab;
}

function showStep(lab, i) {
  const { fields, parts, find } = lab, level = fields.levels[i];
  lab.at = i;
  lab.root.dataset.step = i;
  const show = (where, name, alt) => {
    const image = find(`.${where} img`);
    Object.assign(image, { alt, src: pictureUrl(image, `${fields.identity} ${name}`, parts[name], fields.names.length + 8) });
  };
  find('.level').hidden = level < 0;
  if (level >= 0) show('level', `picture${level}`, `The first picture at level ${level}`);
  show('colour', `colour${i}`, `Flow after ${fields.names[i]}`);
  show('left', `left${i}`, `Difference that is left after ${fields.names[i]}`);
  find('.name').innerHTML = `<b>${fields.names[i]}</b> · ${fields.label} ${fields.errors[i].toFixed(2)} ${fields.unit}`;
  drawCurve(lab);
}

// The error over the steps; the present one is marked.
function drawCurve({ root, find, fields, at }) {
  const canvas = find('.curve'), { clientWidth: w, clientHeight: h } = canvas;
  if (!w) return;
  const ink = sharpCanvas(canvas, w, h), style = getComputedStyle(root);
  const most = Math.max(...fields.errors), least = Math.min(...fields.errors), span = most - least || 1, n = fields.errors.length;
  const place = (i) => [8 + (i / Math.max(1, n - 1)) * (w - 16), 10 + ((most - fields.errors[i]) / span) * (h - 34)];
  canvas.setAttribute('aria-label', `${fields.label} over the steps: from ${fields.errors[0].toFixed(2)} to ${fields.errors[n - 1].toFixed(2)} ${fields.unit}`);
  Object.assign(ink, { strokeStyle: '#0072b2', lineWidth: 2.5, lineJoin: 'round' });
  ink.beginPath();
  fields.errors.forEach((_, i) => ink.lineTo(...place(i)));
  ink.stroke();
  fillDot(ink, ...place(at), 6, '#d55e00');
  ink.fillStyle = style.color;
  ink.font = `13px ${style.fontFamily}`;
  ink.fillText(`${fields.label} in ${fields.unit}: ${least.toFixed(2)} to ${most.toFixed(2)}`, 8, h - 6);
}
