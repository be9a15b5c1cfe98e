// People of a picture: skeletons, one person's keypoints to drag, their similarity live, their heat maps.
// Python hears of it when the pointer is up (`moved`: keypoint, points that were dragged; or another person).
// uses lib/message lib/pictures lib/dom lib/numbers pose/math pose/maps pose/board lib/said
export default function ({ data, parentElement, setStateValue }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.pose-lab');
  const lab = root.lab ?? (root.lab = buildLab(root, fields.names.length));
  lab.send = (state) => setStateValue('moved', { ...state, stamp: lab.stamp, count: ++lab.sent }); // twice the same is sent twice
  const { stamp, moved, start, keypoint, ...rest } = fields;
  Object.assign(lab, rest);
  // Python sets keypoints by a new stamp; at any other rerun the visitor's hand is ahead of it.
  if (lab.stamp !== stamp) Object.assign(lab, { stamp, start, points: start.map((at, k) => moved[k] ?? at), moved: { ...moved } });
  if (lab.asked !== keypoint) Object.assign(lab, { asked: keypoint, keypoint });
  const found = lab.people[lab.person].keypoints;
  lab.scores = lab.reference.map(([, , seen], k) => (found ? found[k][2] : seen > 0 ? 1 : -1));
  lab.tinted = lab.heat ? lab.names.map((_, k) => tintedMap(parts.maps, lab.heat.side, k)) : [];
  showPicture(root, fields, parts.picture);
  loadPicture(lab.image, fields.identity, parts.picture, () => lab.draw());
  lab.draw();
}

function buildLab(root, count) {
  const find = (s) => root.querySelector(s);
  const lab = { image: new Image(), opacity: 0.8, stamp: null, asked: null, sent: 0 };
  buildPerson(find('.person'), lab, count);
  lab.choosePerson = (n) => { if (n !== lab.person) lab.send({ person: n }); };
  lab.chooseKeypoint = (k) => { lab.keypoint = k; lab.draw(); lab.tell(); };
  lab.movePoint = (k, x, y) => {
    lab.points[k] = [clamp(x, lab.region[0], lab.region[2]), clamp(y, lab.region[1], lab.region[3])];
    lab.moved[k] = lab.points[k];
    lab.draw();
  };
  lab.tell = () => lab.send({ keypoint: lab.keypoint, points: lab.moved });
  find('.opacity').oninput = (e) => { lab.opacity = e.target.value / 100; lab.draw(); };
  find('.back').onclick = () => { Object.assign(lab, { points: lab.start.map((at) => [...at]), moved: {} }); lab.draw(); lab.tell(); };
  lab.draw = () => {
    const similar = keypointSimilarity(lab.points, lab.reference, lab.area, lab.sigmas), oks = objectSimilarity(similar);
    const correct = countCorrect(lab.points, lab.reference, lab.alpha * lab.size);
    root.dataset.values = JSON.stringify({ points: lab.points, similarity: similar, oks, correct });
    drawEveryone(find('.everyone'), lab);
    const close = drawCrop(find('.close canvas'), lab, lab.keypoint, lab.opacity);
    if (lab.heat) drawPeaks(close, lab.heat, lab.keypoint);
    drawPerson(find('.person'), lab);
    showLegend(find('.legend'), lab);
    find('.oks').innerHTML = oksSays(lab, oks, correct);
    showRows(find('.rows'), lab, similar);
    find('.says').innerHTML = keypointSays(lab, similar);
    showThumbs(find('.thumbs'), lab, lab.chooseKeypoint);
    showPython(find('.python'), lab, oks);
  };
  new ResizeObserver(() => lab.points && lab.draw()).observe(root);
  return lab;
}

function showLegend(place, { colours }) {
  if (place.childElementCount) return;
  const own = { left: 'the person’s left', right: 'the person’s right', middle: said('across') };
  place.replaceChildren(...Object.entries(colours).map(([side, colour]) => element('span', { innerHTML: `<i style="background:${colour}"></i>${own[side]}` })));
}

function oksSays(lab, oks, correct) {
  if (oks === null) return 'No keypoint of this person lies in the picture: <b>OKS</b> is not defined.';
  const labelled = lab.reference.filter(([, , seen]) => seen > 0).length;
  const against = lab.true ? '' : ' <small>with the model’s own answer</small>';
  return `OKS <b>${oks.toFixed(3)}</b>${against}<br><small>mean of ${labelled} · PCK@${withoutZero(lab.alpha.toFixed(2))}: ${correct} of ${labelled} (within ${(lab.alpha * lab.size).toFixed(0)} px)</small>`;
}

function showRows(place, lab, similar) {
  if (place.childElementCount !== lab.names.length) {
    place.replaceChildren(...lab.names.map((name, k) => element('button', { type: 'button', role: 'radio', onclick: () => lab.chooseKeypoint(k),
      innerHTML: `<i></i><span>${name}</span><em></em><span class="bar"><span></span></span>` })));
  }
  [...place.children].forEach((row, k) => {
    const [x, y, seen] = lab.reference[k], d = Math.hypot(lab.points[k][0] - x, lab.points[k][1] - y);
    row.querySelector('i').style.background = lab.colours[lab.sides[k]];
    row.querySelector('em').textContent = seen > 0 ? `${d.toFixed(1)} px` : 'no label';
    row.querySelector('.bar span').style.width = percent(similar[k] ?? 0).replace(' ', '');
    row.title = seen > 0 ? `similarity ${similar[k].toFixed(3)}` : 'not in the picture';
    row.setAttribute('aria-checked', k === lab.keypoint);
  });
}

// The chosen keypoint in words: its distance, tolerance and similarity, and its heat map's peaks.
function keypointSays(lab, similar) {
  const k = lab.keypoint, [x, y, seen] = lab.reference[k], d = Math.hypot(lab.points[k][0] - x, lab.points[k][1] - y);
  const tolerance = toleranceRadius(0.5, lab.area, lab.sigmas[k]).toFixed(1);
  const first = seen > 0
    ? `<b>${lab.names[k]}</b>${seen === 1 ? ' (hidden)' : ''}: ${d.toFixed(1)} px off, similarity <b>${similar[k].toFixed(3)}</b>; it is .5 at ${tolerance} px (σ ${lab.sigmas[k].toFixed(3)}).`
    : `<b>${lab.names[k]}</b> has no label here and does not count.`;
  if (!lab.heat) return first;
  const doubt = lab.heat.doubt[k], second = lab.heat.second[k];
  return `${first} Its heat map’s second peak is ${percent(doubt)} as high as the first${second && doubt >= SOME_DOUBT ? ': the dashed ring' : ''}.`;
}

function showPython(place, lab, oks) {
  const { points } = lab.python, same = points.every((at, k) => at.every((v, i) => Math.abs(v - lab.points[k][i]) < 1e-9));
  place.dataset.values = same ? JSON.stringify(lab.python) : '';
  const says = lab.python.oks === null ? 'not defined' : lab.python.oks.toFixed(6);
  place.innerHTML = same ? `Python, <code>cvdemo.ops.keypoints.oks</code>: ${says}` : 'Python answers when you let go …';
}
