// Selective Search as it grows: merge by merge or level by level, left what happens, right the regions then.
// uses lib/message lib/player lib/choices lib/dom lib/canvas lib/boxes lib/pointer lib/numbers proposals/views proposals/tree
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.proposals');
  const lab = root.lab ?? (root.lab = buildProposals(root));
  lab.open(data);
}

const WAYS = ['merge by merge', 'level by level'];
const LONG = 960; // pixels of the canvases' longer side: lines of boxes stay sharp on small pictures

function buildProposals(root) {
  const find = (s) => root.querySelector(s);
  const lab = { d: null, at: 0, way: WAYS[0], view: 'mean colours', asked: 0, find, root };
  lab.open = async (data) => {
    const { fields, parts } = unpacked(data);
    if (lab.identity === fields.identity) return;
    lab.identity = fields.identity;
    const asked = ++lab.asked, [picture, labels] = await Promise.all([inflated(parts.picture), inflated(parts.labels)]);
    if (asked !== lab.asked) return; // a later slider has moved meanwhile
    const other = lab.d?.fields.topic !== fields.topic;
    lab.d = readHierarchy(fields, parts, picture, labels);
    const scale = LONG / Math.max(fields.width, fields.height);
    for (const canvas of root.querySelectorAll('canvas')) {
      sizeCanvas(canvas, Math.round(scale * fields.width), Math.round(scale * fields.height));
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', fields.alt);
    }
    find('.note').textContent = fields.note;
    lab.play(!other);
    root.dataset.ready = fields.identity;
  };
  lab.play = (keep) => {
    const { merges } = lab.d.fields, levels = lab.way === WAYS[1], top = lab.d.levels.at(-1);
    const count = levels ? top + 1 : Math.max(1, merges);
    const last = Math.max(0, count - 1), first = levels ? Math.round(0.4 * last) : lab.d.fields.start;
    lab.player = player(find('.place'), { count, perSecond: levels ? 1.5 : 8, keep: false,
      start: keep && lab.share !== undefined ? Math.round(lab.share * last) : first,
      text: (i) => (levels ? `level ${i} of ${top}` : `merge ${merges ? i + 1 : 0} of ${merges}`),
      show: (i) => { lab.at = i; lab.share = last ? i / last : 1; lab.draw(); } });
  };
  lab.draw = () => drawProposals(lab);
  const choices = () => {
    radioButtons(find('.ways'), WAYS, lab.way, (way) => { lab.way = way; choices(); if (lab.d) lab.play(true); });
    radioButtons(find('.views'), Object.keys(REGION_VIEWS), lab.view, (view) => { lab.view = view; choices(); if (lab.d) lab.draw(); });
  };
  choices();
  find('.tree').onclick = (e) => seekInTree(lab, e);
  return lab;
}

function readHierarchy(fields, parts, picture, labels) {
  const d = { ...parts, fields, picture, labels: new Uint32Array(labels.buffer), small: element('canvas') };
  d.child = new Uint32Array(d.levels.length).fill(0xffffffff); // the region that a region goes into
  for (let m = 0; m < fields.merges; m++) d.child[d.parents[2 * m]] = d.child[d.parents[2 * m + 1]] = fields.segments + m;
  d.means = meanColours(d);
  return d;
}

function drawProposals(lab) {
  const { d, at, find, root } = lab, { segments, merges } = d.fields, levels = lab.way === WAYS[1];
  const all = Array.from({ length: segments + merges }, (_, r) => r);
  const owner = levels ? ownersAtLevel(d, at) : ownersAfter(d, merges ? at + 1 : 0);
  const left = new Set(owner).size;
  let born, alive;
  if (levels) {
    born = all.filter((r) => d.levels[r] === at);
    alive = all.filter((r) => d.levels[r] <= at);
    drawLevel(find('.born'), d, at, born);
    find('.when').textContent = at ? `${born.length} boxes born on level ${at}` : `Level 0: the ${segments} segments and their boxes`;
    find('.bars').innerHTML = `<p>Level ${at}: regions whose higher part was of level ${at - 1}, and what has not merged yet.</p>`;
    if (!at) find('.bars').innerHTML = '<p>Level 0: the segments, before anything has merged.</p>';
  } else if (merges) {
    born = [segments + at];
    alive = all.slice(0, segments + at + 1);
    drawMerge(find('.born'), d, at);
    find('.when').textContent = 'Two merge; a box is born';
    find('.bars').innerHTML = similarityBars(d, at);
  } else {
    born = alive = all;
    drawLevel(find('.born'), d, 0, all);
    find('.when').textContent = 'One segment: nothing to merge';
    find('.bars').innerHTML = '<p>The whole picture is one segment. Lower the scale k, or take another picture.</p>';
  }
  REGION_VIEWS[lab.view](find('.regions'), d, owner, alive);
  find('.numbers').innerHTML = `<span>regions <b>${left}</b></span><span>boxes so far <b>${alive.length}</b></span>`;
  find('.tree').innerHTML = merges ? treeChart(d, at, levels ? at : null) : '';
  Object.assign(root.dataset, { step: at, regions: left, boxes: alive.length, way: lab.way,
    born: born.slice(0, 1).map((r) => boxAt(d.boxes, r).join()) });
}

// A click into the chart goes to the merge there, or to its level.
function seekInTree(lab, e) {
  const svg = e.target.closest('svg');
  if (!svg) return;
  const { merges, segments } = lab.d.fields, along = shareUnder(e, svg)[0] * TREE.width;
  const step = Math.round(((along - TREE.left) / (TREE.width - TREE.left - 6)) * (merges - 1));
  const merge = clamp(step, 0, merges - 1);
  lab.player.stop();
  lab.player.go(lab.way === WAYS[1] ? lab.d.levels[segments + merge] : merge);
}
