// The regions of a picture and a sentence for each: thresholds, hovering and the words of a sentence are answered
// here. Python is asked for the score and for a search, which follow a moment later.
// uses lib/message lib/pictures lib/select lib/sliders dense_captions/view dense_captions/list dense_captions/inside
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.dense-lab');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpacked(data);
  lab.send = (row) => setStateValue('picked', { row, of: fields.of, stamp: fields.stamp });
  // Python says by a new stamp which region is picked; at any other rerun the visitor's hand is ahead of it.
  if (lab.stamp !== fields.stamp) Object.assign(lab, { stamp: fields.stamp, picked: fields.picked, word: null });
  Object.assign(lab, { fields, parts, raw: flatRegions(fields), name: '' });
  showPicture(root, fields, parts.picture);
  loadPicture(lab.image, fields.identity, parts.picture, () => showInside(root, lab));
  if (!lab.follows) followSliders(root, lab.settle);
  lab.follows = true;
  lab.settle();
}

function buildLab(root) {
  const lab = { root, image: new Image(), lit: null, picked: null, word: null, head: 'all heads', proposals: false };
  lab.settle = () => settle(lab);
  lab.light = (row) => { lab.lit = row; markLit(root, lab); };
  lab.pick = (row) => {
    Object.assign(lab, { picked: row, word: null });
    lab.send(row);
    markLit(root, lab);
    showInside(root, lab);
  };
  root.querySelector('.proposals input').onchange = (e) => { lab.proposals = e.target.checked; showView(root, lab); };
  new ResizeObserver(() => { if (lab.kept) showInside(root, lab); }).observe(root);
  return lab;
}

// What `selectRows` wants: all regions are of one class.
function flatRegions({ regions }) {
  return { boxes: new Float32Array(regions.boxes.flat()), scores: new Float32Array(regions.scores), classIds: new Int32Array(regions.scores.length) };
}

// Show what the sliders ask for, if it is not what is shown.
function settle(lab) {
  const now = sliderValues(lab.fields.cuts), name = JSON.stringify(now);
  if (lab.name === name) return;
  const began = performance.now();
  lab.name = name;
  lab.kept = selectRows(lab.raw, { ...now, classes: null, limit: lab.fields.limit });
  lab.order = inOrder(lab.kept, lab.fields.fits);
  showView(lab.root, lab);
  showList(lab.root, lab);
  showInside(lab.root, lab);
  Object.assign(lab.root.dataset, { kept: JSON.stringify(lab.kept), ready: name, milliseconds: (performance.now() - began).toFixed(2) });
}

// The kept regions as the list has them: the best fit to a search first, else by score.
function inOrder(kept, fits) {
  return fits ? [...kept].sort((a, b) => fits.values[b] - fits.values[a] || a - b) : kept;
}

// The region that is looked at closely: the picked one while it is shown, else the first of the list.
function chosenRegion({ picked, order }) {
  return order.includes(picked) ? picked : order[0] ?? null;
}

const colourOf = ({ kept, fields }, row) => fields.palette[kept.indexOf(row) % fields.palette.length];
