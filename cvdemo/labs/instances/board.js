// One model's instances on the picture: thresholds, opacity, views and backgrounds are all answered here. Python is
// asked for the score and for which masks are right, which follow a moment later.
// uses lib/message lib/boxes lib/canvas lib/pointer lib/dom lib/sliders instances/state instances/paint instances/tables
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.instances');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields } = unpacked(data);
  lab.send = (row) => setStateValue('picked', { row, of: fields.of, stamp: fields.stamp });
  // Python says by a new stamp which object is picked; at any other rerun the visitor's hand is ahead of it.
  if (lab.stamp !== fields.stamp) Object.assign(lab, { stamp: fields.stamp, object: fields.object });
  Object.assign(lab, { fields, changed: true });
  if (!lab.follows) followSliders(root, lab.settle, ['cvdemo-raw']);
  lab.follows = true;
  lab.settle();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), view = find('.view');
  const lab = { root, lit: null, object: null, stamp: null, image: new Image(), name: '' };
  lab.settle = () => settle(lab, find);
  lab.light = (rows) => { lab.lit = rows; markLit(root, rows); paintFill(find('.fill'), lab); paintLines(find('.lines'), lab); };
  lab.pick = (row) => {
    lab.object = lab.object === row ? null : row;
    lab.send(lab.object);
    paint(lab, find);
  };
  const under = (e) => objectAt(lab, shareUnder(e, view));
  view.onpointermove = (e) => {
    const one = under(e), row = one ? one.row : null;
    if (row === (lab.lit ? [...lab.lit][0] : null)) return;
    lab.light(row === null ? null : new Set([row]));
  };
  view.onpointerleave = () => lab.light(null);
  view.onclick = (e) => { const one = under(e); if (one) lab.pick(one.row); };
  find('.save').onclick = () => savePicture(lab, find);
  return lab;
}

// Compute what the sliders ask for, if it is not what is shown; Python's marks hold where they rest.
function settle(lab, find) {
  const raw = globalThis.cvdemoRaw?.get(lab.fields.key), now = sliderValues(lab.fields.cuts);
  if (raw?.identity !== lab.fields.raw) return;
  const name = JSON.stringify([raw.identity, now]);
  if (lab.name === name && !lab.changed) return;
  const began = performance.now(), other = lab.raw !== raw || lab.identity !== raw.identity;
  if (other) openRaw(lab, raw, find);
  const marks = lab.fields.truth && slidersRest(lab.fields.cuts, now) ? lab.fields.marks : null;
  const { opacity, ...cuts } = now, chosen = JSON.stringify([raw.identity, cuts, lab.fields.view]);
  find('.fill').style.opacity = opacity;
  if (lab.chosen !== chosen) compute(lab, now, other);
  const redraw = lab.chosen !== chosen || lab.changed || lab.marks !== marks;
  Object.assign(lab, { name, chosen, marks, opacity, changed: false, now });
  if (redraw) paint(lab, find);
  report(lab, performance.now() - began);
}

function openRaw(lab, raw, find) {
  Object.assign(lab, { raw, identity: raw.identity, starts: maskStarts(raw), kept: null, lit: null, truth: null });
  const [view, image] = [find('.view'), find('img')];
  view.style.maxWidth = `${(42 * raw.width) / raw.height}rem`;
  Object.assign(image, { src: raw.url });
  lab.image = image;
  image.onload = () => { if (lab.raw === raw) paintFocus(find('.focus'), lab); };
  lab.owner = new Uint8Array(raw.width * raw.height);
  lab.classes = new Uint8Array(raw.width * raw.height);
  if (!raw.truth) return;
  inflated(raw.truth).then((truth) => {
    if (lab.identity !== raw.identity) return;
    Object.assign(lab, { truth, changed: true });
    lab.settle();
  });
}

function compute(lab, now, other) {
  const { raw } = lab;
  lab.kept = keptInstances(raw, lab.starts, now, other ? null : lab.kept);
  ownerMap(lab.owner, lab.kept, raw.width);
  lab.ids = [...new Set(lab.kept.map((one) => one.classId))];
  const place = Uint8Array.from([0, ...lab.kept.map((one) => 1 + lab.ids.indexOf(one.classId))]);
  for (let k = 0; k < lab.owner.length; k++) lab.classes[k] = place[lab.owner[k]];
  lab.classRows = classRows(lab.kept, lab.classes, lab.ids, raw, lab.fields.view === 'semantic');
}

function paint(lab, find) {
  const { fields } = lab;
  find('img').alt = fields.alt;
  paintFocus(find('.focus'), lab);
  paintFill(find('.fill'), lab);
  paintLines(find('.lines'), lab);
  showTables(lab.root, lab);
  find('.says').textContent = saying(lab);
}

// How many objects there are, and in the semantic view which of them can no longer be counted.
function saying({ kept, classRows, fields }) {
  const all = `${kept.length} object${kept.length === 1 ? '' : 's'} of ${classRows.length} class${classRows.length === 1 ? '' : 'es'}`;
  if (fields.view !== 'semantic') return all;
  const merged = classRows.filter((row) => row.regions < row.objects).map((row) => `${row.name}: ${row.objects} objects are ${row.regions} region${row.regions === 1 ? '' : 's'}`);
  return `${all}. ${merged.join(', ') || 'No two masks of a class touch: here regions can be counted'}`;
}

// The object on top at a place of the view, or the first whose box holds it.
function objectAt({ raw, kept, owner }, [x, y]) {
  if (!kept || x < 0 || y < 0 || x >= 1 || y >= 1) return null;
  const top = owner[Math.floor(y * raw.height) * raw.width + Math.floor(x * raw.width)];
  return top ? kept[top - 1] : kept.find((one) => boxContains(one.box, [x * raw.width, y * raw.height])) ?? null;
}

function report(lab, milliseconds) {
  const { root, raw, kept } = lab;
  root.dataset.ready = lab.name;
  root.dataset.milliseconds = milliseconds.toFixed(2);
  root.dataset.areas = JSON.stringify(kept.map((one) => [one.row, Math.round(one.area * raw.scale[0] * raw.scale[1])]));
}

// Picture, background, masks and lines as they are seen, in one PNG.
function savePicture(lab, find) {
  const { width, height, file } = lab.raw, sheet = element('canvas', { width, height }), pen = sheet.getContext('2d');
  pen.drawImage(find('img'), 0, 0, width, height);
  if (!find('.focus').hidden) pen.drawImage(find('.focus'), 0, 0);
  pen.globalAlpha = lab.opacity;
  pen.drawImage(find('.fill'), 0, 0);
  pen.globalAlpha = 1;
  pen.drawImage(find('.lines'), 0, 0);
  saveCanvas(sheet, file);
}
