// A picture and its caption, word by word: where each word looks, how sure the net is, what else it could have said.
// Python hears which rival the visitor chose (`chosen`: place, word), or that the net is to begin anew (place -1).
// uses lib/message lib/pictures lib/dom lib/icons lib/numbers lib/player captions/spotlight captions/words
export default function ({ data, parentElement, setStateValue }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.captions-lab');
  const lab = root.lab ?? (root.lab = buildCaptionLab(root));
  lab.send = (place, word) => setStateValue('chosen', { place, word, stamp: lab.fields.stamp, count: ++lab.sent });
  // Times and stamp alone are no other caption: the visitor's place in it stays.
  const spoken = JSON.stringify({ ...fields, model: '', stamp: '' }), fresh = lab.spoken !== spoken;
  lab.fields = fields;
  lab.find('.model').innerHTML = fields.model;
  if (fresh) {
    Object.assign(lab, { spoken, attention: parts.attention, shades: [], lit: null });
    buildWords(lab.find('.words'), lab);
    showTruth(lab);
  }
  loadPicture(lab.image, fields.identity, parts.picture, () => lab.paint());
  if (fresh) startPlayer(lab);
}

function buildCaptionLab(root) {
  const find = (s) => root.querySelector(s);
  const lab = { root, find, image: new Image(), index: 0, spoken: '', sent: 0, growFrom: null, lit: null };
  lab.go = (k) => { lab.player.stop(); lab.player.go(k); };
  lab.choose = (place, word) => { lab.growFrom = place; lab.send(place, word); };
  lab.light = (statement) => { lab.lit = statement; root.dataset.lit = statement?.text ?? ''; lab.draw(); };
  lab.draw = () => { if (lab.fields) { paintBoard(find('.picture'), lab); showSentence(lab); } };
  lab.paint = () => { if (lab.fields) { lab.draw(); paintThumbs(find('.words'), lab); } };
  new ResizeObserver(() => lab.draw()).observe(root);
  return lab;
}

// A sentence that goes on from a rival grows from there; any other one stands there whole.
function startPlayer(lab) {
  const last = lab.fields.words.length - 1, calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const grows = lab.growFrom !== null && lab.growFrom < last && !calm;
  lab.player = player(lab.find('.place'), {
    count: last + 1, keep: false, start: grows ? lab.growFrom : last, perSecond: 1.6, show: (k) => showWord(lab, k),
    text: (k) => (k < last ? `word ${k + 1} of ${last}` : `${last} words`),
  });
  if (grows) lab.player.toggle(); else lab.find('.words').scrollTo({ left: 0 });
  lab.growFrom = null;
  lab.paint();
}

function showWord(lab, k) {
  lab.index = k;
  lab.root.dataset.index = k;
  markWords(lab.find('.words'), k);
  lab.find('.says').innerHTML = saysOf(lab.fields, k);
  if (lab.fields.yours) lab.find('.says').append(element('button', { type: 'button', className: 'again', onclick: () => lab.send(-1, 0) }, icon('undo'), ' The net’s own caption'));
  lab.find('.legend').textContent = legendOf(lab.fields, k);
  lab.draw();
}

function legendOf({ words, grid, blind }, k) {
  if (!grid) return blind;
  if (k >= words.length - 1) return '';
  const { text, inside } = words[k];
  const on = { true: ': it is one', false: ': it is none' }[inside];
  return `Bright: where the net looks for “${text}”. The ring is the place it looks at most${on ?? ''}.`;
}

// 0.0123 as "1.23 × 10⁻²".
function scientific(v) {
  const [digits, power] = v.toExponential(2).split('e');
  return Number(power) >= -2 ? withoutZero(v.toFixed(3)) : `${digits} × 10<sup>${typeset(power)}</sup>`;
}

// A word in words: how probable it was, how much in doubt the net, and the sentence's probability so far.
function saysOf({ words, drawn, limit }, k) {
  const word = words[k], p = words.slice(0, k + 1).reduce((product, { p: one, cut }) => (cut ? product : product * one), 1);
  if (word.cut) return `Cut off at the limit of <b>${limit} words</b>: the net has not said “end”. p so far = ${scientific(p)}.`;
  if (k === words.length - 1) return `<i>p</i>(S | I) = ${words.map(({ p: one }) => probability(one)).join(' · ')} = <b>${scientific(p)}</b>`;
  const first = word.rivals[0], better = first && first.p > word.p ? ` The net would rather say “${escaped(first.text)}” (${probability(first.p)}).` : '';
  const chance = drawn ? `, drawn with a chance of ${probability(word.chance)}` : '';
  return `<b>${escaped(word.text)}</b>${word.given ? ' is yours. The net gives it' : ':'} <i>p</i> = ${probability(word.p)}${chance}.${better} It is in doubt as over ${word.perplexity.toFixed(1)} equally likely words. So far <i>p</i> = ${scientific(p)}.`;
}

function showSentence(lab) {
  const { fields, index, lit } = lab, place = lab.find('.sentence'), last = fields.words.length - 1, from = lit ? placeOf(lit.text, fields.words) : -1;
  const count = lit ? lit.text.split(' ').length : 0;
  if (place.spoken !== lab.spoken) {
    place.spoken = lab.spoken;
    place.replaceChildren(...fields.words.slice(0, last).flatMap(({ text }, k) => [element('span', { textContent: text, onclick: () => lab.go(k) }), ' ']));
  }
  [...place.children].forEach((span, k) => {
    span.className = [k > index && 'later', k === index && index < last && 'now', fields.words[k].given && 'given', from >= 0 && k >= from && k < from + count && 'lit'].filter(Boolean).join(' ');
  });
}

// Where the words of a statement stand in a sentence, -1 where they do not follow one another.
function placeOf(text, words) {
  const wanted = text.split(' ');
  return words.findIndex((_, k) => wanted.every((word, n) => words[k + n]?.text === word));
}

function showTruth(lab) {
  const { fields, find } = lab;
  find('.picture').setAttribute('aria-label', fields.alt);
  find('.statements').replaceChildren(...fields.statements.map((one) => {
    const light = () => lab.light(one), dark = () => lab.light(null);
    return element('button', { type: 'button', className: String(one.true), onpointerenter: light, onpointerleave: dark, onfocus: light, onblur: dark,
      title: one.boxes.length ? '' : 'There is no such object' }, `${one.true ? '✓' : '✗'} ${one.text}`, element('small', { textContent: one.kind }));
  }));
  find('.truth').innerHTML = fields.scores;
  if (fields.references.length) find('.truth').append(element('ul', {}, ...fields.references.map((textContent) => element('li', { textContent }))));
}
