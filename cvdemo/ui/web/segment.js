// One picture under the masks of one model or several: swipe, opacity, classes, probabilities at a pixel.
// All of it happens here; Python is not asked again.
// uses lib/message lib/pictures lib/dom lib/choices lib/drag lib/pointer lib/numbers lib/colours segment_legend
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.segment');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpacked(data);
  const other = lab.identity !== fields.identity;
  // Python says what to show by a new stamp; at any other rerun the visitor's choice stays.
  if (lab.stamp !== fields.stamp) lab.show = fields.show;
  Object.assign(lab, { stamp: fields.stamp, identity: fields.identity });
  if (other) lab.open(fields, parts); else lab.redraw();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s);
  const lab = { off: new Set(), lit: null, swipe: 0.5, spot: null, show: null, panels: [], root };
  find('.opacity').oninput = (e) => {
    lab.opacity = e.target.value / 100;
    lab.swiped();
  };
  lab.opacity = 0.65;
  find('.save').onclick = () => savePicture(lab);
  lab.redraw = () => {
    showChoices(find('.shows'), lab);
    lab.panels.forEach((panel) => panel.paint());
    root.dataset.show = lab.show;
    root.dataset.ready = lab.identity;
    lab.swiped();
  };
  lab.swiped = () => lab.panels.forEach((panel) => panel.swiped());
  lab.probed = () => lab.panels.forEach((panel) => panel.probed());
  lab.open = async (fields, parts) => {
    root.dataset.ready = '';
    const opened = fields.identity;
    const maps = await Promise.all(fields.models.map(async (model, k) => ({
      ...model, labels: await inflated(parts[`labels${k}`]), top: await inflated(parts[`top${k}`]),
    })));
    const truth = parts.truth ? await inflated(parts.truth) : null;
    if (lab.identity !== opened) return; // another picture has come meanwhile
    Object.assign(lab, { fields, truth, url: pictureUrl(lab, opened, parts.picture) });
    root.style.setProperty('--wrong', fields.wrong.join());
    if (!truth) lab.show = 'mask';
    find('.panels').replaceChildren();
    lab.panels = maps.map((model) => buildPanel(find('.panels'), model, lab));
    buildLegend(find('.legend table'), lab);
    lab.redraw(); lab.probed();
  };
  return lab;
}

function showChoices(place, lab) {
  const names = lab.truth ? ['mask', 'errors', 'truth'] : ['mask'];
  place.hidden = names.length < 2;
  lab.show = names.includes(lab.show) ? lab.show : 'mask';
  radioButtons(place, names, lab.show, (name) => { lab.show = name; lab.redraw(); });
}

function buildPanel(place, model, lab) {
  const { width, height, colours, wrong } = lab.fields;
  const body = element('div', { className: 'panel' });
  body.innerHTML = `<h4></h4><p class="score"></p><div class="view" tabindex="0" role="application"><img alt=""><canvas></canvas>
    <div class="spot" hidden></div><div class="swipe" role="slider" tabindex="0" aria-label="Swipe between picture
    and mask" aria-valuemin="0" aria-valuemax="100"></div></div><div class="probe" aria-live="polite"></div>`;
  place.append(body);
  const find = (s) => body.querySelector(s);
  const [canvas, view] = [find('canvas'), find('.view')];
  find('h4').append(model.title, ' ', element('small', { textContent: model.note }));
  find('.score').innerHTML = model.scores.map(([name, value]) => `<span>${name} <b>${value}</b></span>`).join('');
  Object.assign(find('img'), { src: lab.url, alt: model.alt });
  view.setAttribute('aria-label', `${model.alt}. Arrow keys move the spot whose probabilities are shown`);
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d'), image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const ink = ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r;
  const inks = Uint32Array.from(colours, ink), wrongInk = ink(wrong) >>> 0;
  const panel = { canvas, body, model };
  panel.paint = () => {
    const shown = Uint32Array.from(inks, (v, c) => (lab.lit === null ? !lab.off.has(c) : lab.lit === c) ? v : 0);
    const source = lab.show === 'truth' ? lab.truth : model.labels;
    if (lab.show === 'errors') {
      // A class switched off hides the errors at its true pixels.
      for (let i = 0; i < pixels.length; i++) {
        pixels[i] = model.labels[i] !== lab.truth[i] && shown[lab.truth[i]] ? wrongInk : 0;
      }
    } else for (let i = 0; i < pixels.length; i++) pixels[i] = shown[source[i]];
    context.putImageData(image, 0, 0);
  };
  const handle = find('.swipe');
  panel.swiped = () => {
    handle.style.left = `${100 * lab.swipe}%`;
    handle.setAttribute('aria-valuenow', Math.round(100 * lab.swipe));
    // Errors are looked at all over the picture.
    canvas.style.clipPath = lab.show === 'errors' ? '' : `inset(0 0 0 ${100 * lab.swipe}%)`;
    canvas.style.opacity = lab.show === 'errors' ? 1 : lab.opacity;
  };
  panel.probed = () => showProbe(find('.probe'), find('.spot'), model, lab);
  withSwipe(handle, view, lab);
  withSpot(view, lab);
  return panel;
}

function withSwipe(handle, view, lab) {
  const to = (share) => { lab.swipe = clamp(share, 0, 1); lab.swiped(); };
  dragged(handle, {
    begin: () => handle.focus({ preventScroll: true }),
    move: (_, dx, dy, e) => to(shareUnder(e, view)[0]),
  });
  handle.onkeydown = (e) => {
    const far = e.shiftKey ? 0.1 : 0.02;
    const share = { ArrowLeft: lab.swipe - far, ArrowRight: lab.swipe + far, Home: 0, End: 1 }[e.key];
    if (share === undefined) return;
    to(share); e.preventDefault(); e.stopPropagation();
  };
}

// The spot under the pointer, the same on all pictures, as shares of width and height.
function withSpot(view, lab) {
  const to = (x, y) => { lab.spot = [x, y]; lab.probed(); };
  followSpot(view, {
    point: ([x, y]) => { if (x >= 0 && y >= 0 && x < 1 && y < 1) to(x, y); },
    step: (dx, dy, shift) => {
      const far = (shift ? 10 : 1) / 160, [x, y] = lab.spot ?? [0.5, 0.5], within = (v) => clamp(v, 0, 0.9999);
      to(within(x + far * dx), within(y + far * dy));
    },
  });
}

function showProbe(place, spot, model, lab) {
  spot.hidden = !lab.spot;
  if (!lab.spot) { place.innerHTML = '<p>Point at a pixel: its most probable classes.</p>'; return; }
  const [x, y] = lab.spot, { width, height, names, colours } = lab.fields;
  spot.style.left = `${100 * x}%`; spot.style.top = `${100 * y}%`;
  const { columns, rows, k } = model.grid, cell = Math.floor(y * rows) * columns + Math.floor(x * columns);
  const size = rows * columns;
  const lines = Array.from({ length: k }, (_, n) => {
    const id = model.top[n * size + cell], p = model.top[(k + n) * size + cell] / 255;
    return `<div><span>${names[id]}</span><span class="bar"><i style="width:${100 * p}%;
      background:${rgb(colours[id])}"></i></span><span>${percent(p)}</span></div>`;
  });
  const at = Math.floor(y * height) * width + Math.floor(x * width);
  const truth = lab.truth ? `<p>truth: ${names[lab.truth[at]]}${
    lab.truth[at] === model.labels[at] ? ' ✓' : `, the mask says ${names[model.labels[at]]} ✗`}</p>` : '';
  place.innerHTML = lines.join('') + truth;
}
