// The sentences beside the picture, each with what of it is true, and the true regions under them.
// uses lib/dom lib/numbers lib/said
function showList(root, lab) {
  const { fields, order } = lab, list = root.querySelector('.list'), none = root.querySelector('.none');
  none.hidden = order.length > 0;
  none.textContent = fields.none;
  list.replaceChildren(...order.map((row) => regionLine(lab, row)));
  showTruths(root.querySelector('.truths'), lab);
  markLit(root, lab);
}

function regionLine(lab, row) {
  const { fields, kept } = lab, { texts, scores } = fields.regions, { fits, truth } = fields;
  const number = element('span', { className: 'number', textContent: kept.indexOf(row) + 1 });
  number.style.background = colourOf(lab, row);
  const line = element('div', { tabIndex: 0, role: 'option' }, number, element('span', { className: 'text', textContent: texts[row] || '–' }),
    element('span', { className: 'score', textContent: scoreText(scores[row], fits, row), title: fits ? 'fit to the search' : said('score') }));
  line.dataset.row = row;
  if (fits) line.append(probabilityBar(fits.shares[row]));
  if (truth?.shown) line.append(claims(truth.verdicts[row]));
  line.onpointerenter = () => lab.light(row);
  line.onpointerleave = () => lab.light(null);
  line.onfocus = () => lab.light(row);
  line.onblur = () => lab.light(null);
  line.onclick = () => lab.pick(row);
  line.onkeydown = (e) => {
    const next = { ArrowDown: line.nextSibling, ArrowUp: line.previousSibling }[e.key];
    if (next) next.focus();
    else if (e.key === 'Enter' || e.key === ' ') lab.pick(row);
    else return;
    e.preventDefault();
  };
  return line;
}

function scoreText(score, fits, row) {
  if (!fits) return withoutZero(score.toFixed(2));
  return fits.by === 'sentence' ? `log p ${typeset(fits.values[row].toFixed(1))}` : `${percent(fits.values[row])} of the words`;
}

function probabilityBar(share) {
  const inner = element('span'), bar = element('div', { className: 'bar' }, inner);
  inner.style.width = `${(100 * share).toFixed(1)}%`;
  return bar;
}

// The statements of a sentence, true or false of the object that the box is on.
function claims({ row, iou, meteor, statements }) {
  if (row === null) return element('div', { className: 'claims' }, element('span', { className: 'false', textContent: `on no object (best IoU ${withoutZero(iou.toFixed(2))})` }));
  const marks = statements.map(([words, holds]) => element('span', { className: holds ? 'true' : 'false', textContent: words }));
  return element('div', { className: 'claims' }, ...marks, element('span', { textContent: `METEOR ${withoutZero(meteor.toFixed(2))} · IoU ${withoutZero(iou.toFixed(2))}` }));
}

function showTruths(place, { fields, kept }) {
  const { truth } = fields;
  if (!truth?.shown) return place.replaceChildren();
  place.replaceChildren(element('b', { textContent: 'True regions' }), ...truth.regions.map(({ text }, k) => {
    const by = kept.findIndex((row) => truth.verdicts[row].row === k);
    const found = element('span', { className: by < 0 ? 'missed' : '', textContent: by < 0 ? said('missed') : `→ ${by + 1}` });
    return element('p', {}, `${text} `, found);
  }));
}
