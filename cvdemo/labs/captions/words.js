// The words of a caption in columns: where each looks, how probable it is, and its rivals to choose instead.
// uses lib/dom lib/numbers captions/spotlight lib/said
function probability(p) {
  const digits = p >= 0.995 || p < 0.0095 ? 3 : 2;
  return p >= 0.9995 ? '≈ 1' : p < 0.0005 ? '≈ 0' : withoutZero(p.toFixed(digits));
}

function bar(share) {
  const made = element('i');
  made.style.width = `${Math.min(100, 100 * share)}%`;
  return made;
}

// What competes at a place: the probability, where words are drawn also the chance after temperature and cuts.
function shareText({ p, chance }, drawn) {
  const changed = drawn && probability(p) !== probability(chance);
  return changed ? `${probability(p)} → ${chance ? probability(chance) : '0'}` : probability(p);
}

function wordColumn(lab, word, k) {
  const { fields } = lab, last = k === fields.words.length - 1;
  const map = fields.grid && !last ? [element('canvas')] : [];
  const share = element('span', { className: 'share', textContent: word.cut ? said('limit') : shareText(word, fields.drawn) });
  if (!word.cut) share.append(bar(fields.drawn ? word.chance : word.p));
  const chosen = element('button', { type: 'button', className: 'chosen', onclick: () => lab.go(k) }, ...map, element('b', { textContent: word.text }), share);
  const rivals = word.rivals.map((rival) => {
    const out = fields.drawn && !rival.chance;
    const button = element('button', { type: 'button', className: out ? 'out' : '', title: `Say “${rival.text}” here instead`,
      onclick: () => lab.choose(k, rival.word) }, rival.text, ' ', element('small', { textContent: shareText(rival, fields.drawn) }), bar(fields.drawn ? rival.chance : rival.p));
    return button;
  });
  return element('div', { className: `word${word.given ? ' given' : ''}` }, chosen, element('div', { className: 'rivals' }, ...rivals));
}

function buildWords(place, lab) {
  const focused = place.contains(place.getRootNode().activeElement);
  place.replaceChildren(...lab.fields.words.map((word, k) => wordColumn(lab, word, k)));
  if (focused && lab.growFrom !== null) place.children[Math.min(lab.growFrom, place.children.length - 1)].querySelector('.chosen').focus({ preventScroll: true });
}

function paintThumbs(place, lab) {
  [...place.children].forEach((column, k) => {
    const canvas = column.querySelector('canvas');
    if (canvas) paintThumb(canvas, lab, k);
  });
}

// Marks the present word and fades what is not written yet; the present column comes into view within the row.
function markWords(place, index) {
  [...place.children].forEach((column, k) => {
    column.setAttribute('aria-current', k === index);
    column.classList.toggle('later', k > index);
  });
  const now = place.children[index];
  if (now && place.scrollWidth > place.clientWidth) place.scrollTo({ left: now.offsetLeft - place.offsetLeft - place.clientWidth / 2 + now.offsetWidth / 2, behavior: 'smooth' });
}
