// NMS step by step over the picture: the boxes, the sorted list, one sentence. Python computed all steps.
// uses lib/message lib/pictures lib/player lib/dom lib/animate nms/state nms/draw nms/list nms/edit lib/said
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.nms');
  const v = root.nms ?? (root.nms = nmsView(root));
  const { fields, parts: { picture, ...arrays } } = unpacked(data);
  v.update({ ...fields, ...arrays }, picture, setStateValue);
}

function nmsView(root) {
  const find = (q) => root.querySelector(q);
  const canvas = find('canvas'), stage = find('.stage'), place = find('.place');
  const list = nmsList(find('.list'), find('.rows')), editor = nmsEditor(find('.own'), find('.edit'), stage);
  const v = { lit: -1, moment: 1, leaving: null };
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  const paint = () => nmsDraw(canvas, v.d, v.states, v.moment, v.leaving, v.lit);

  v.update = (d, picture, setStateValue) => {
    const states = nmsStates(d), start = nmsSameplace(v.player, v.d, d, states);
    v.d = d; v.states = states; v.shown = null;
    showPicture(root, d, picture);
    stage.setAttribute('aria-label', d.alt);
    stage.style.aspectRatio = `${d.width} / ${d.height}`;
    stage.style.maxWidth = `${Math.max(12, 29 * d.width / d.height)}rem`; // a tall picture stays on the screen
    find('.head').textContent = d.soft ? 'kept, then by the score that is left' : `${d.scores.length} boxes by score`;
    root.classList.toggle('gliding', d.soft && d.scores.length < 400);
    find('.own').hidden = find('.edit').hidden = !d.editable;
    if (d.editable) editor.update(d, (boxes) => setStateValue('own', boxes));
    v.player = player(place, { count: states.last + 1, show, keep: false, start, perSecond: 1,
      text: (i) => `${i} / ${states.last}` });
    tell();
  };

  const show = (i) => {
    const s = v.states, one = v.shown !== null && i === v.shown + 1;
    if (v.shown === i) return;
    const victims = one ? s.pairs().filter((p) => p.fell).map((p) => p.other) : [];
    s.at(i);
    v.shown = i;
    v.leaving = victims.length ? victims : null;
    list.show(v.d, s, true);
    words();
    const quick = v.player?.timer && v.player.perSecond * Number(v.player.speed.value) > 6;
    animate(v, one && !quick && !calm.matches ? 600 : 0, (share) => { v.moment = share; paint(); });
    tell();
  };
  const words = () => {
    const s = v.states, d = v.d;
    find('.says').innerHTML = nmsSentence(d, s);
    const part = (name, n, shown) => `<span class="${name}"><b>${n}</b> ${shown}</span>`;
    const kept = d.fusion ? s.clusters.length : s.kept.length;
    find('.counts').innerHTML = `<span class="title"></span>${part('kept', kept, d.fusion ? 'fused boxes' : said('kept'))}`
      + (d.fusion ? part('merged', s.fallen, said('merged')) : part('fallen', s.fallen, said('fallen')))
      + part('waiting', s.remaining(), said('waiting'));
    find('.counts .title').textContent = d.title;
    find('.counts .title').append(element('small', { textContent: d.source }));
  };
  // For tests and for other scripts: where the player stands and what is kept there, as rows of the raw boxes.
  const tell = () => {
    const s = v.states, d = v.d;
    if (!v.player) return;
    const done = s.frame === s.last;
    Object.assign(root.dataset, { frame: s.frame, last: s.last, boxes: s.n, fallen: s.fallen,
      kept: JSON.stringify((done ? [...d.kept] : s.kept).map((i) => d.rows[i])),
      scores: JSON.stringify((done && d.fusion ? [...d.keptScores] : s.kept.map((i) => s.score[i])).map((x) => +x.toFixed(6))) });
  };
  list.jump = (i) => { v.player.stop(); v.player.go(v.states.decided()[i]); };
  list.light = (i) => { v.lit = i; paint(); };
  new ResizeObserver(() => { if (v.d) paint(); }).observe(stage);
  return v;
}
