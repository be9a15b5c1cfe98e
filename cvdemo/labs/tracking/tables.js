// The matrix of IoUs, the lives of the tracks, and what is said about a phase.
// uses lib/dom lib/numbers lib/said
const letterOf = (k) => (k < 26 ? '' : String.fromCharCode(64 + Math.floor(k / 26))) + String.fromCharCode(65 + (k % 26));
const trackColour = (raw, id) => raw.palette[id % raw.palette.length];
const HAPPENS = { born: said('born'), confirmed: said('confirmed'), lost: said('lost'), found_again: 'found again', removed: said('removed') };
const listed = (names) => (names.length ? names.join(', ') : said('none'));
const numbered = (ids) => listed(ids.map((id) => `#${id}`));

// Which track each detection belongs to after the rounds up to the present one: a Map by row.
function pairsUntil({ step, round }) {
  const pairs = new Map();
  if (round === null) return pairs;
  step.rounds.slice(0, round + 1).forEach((one) => one.pairs.forEach(([t, d]) => pairs.set(one.rows[d], one.ids[t])));
  return pairs;
}

function sayingOf({ step, phase, round, last }, { rounds, least, score }) {
  if (phase === 0) {
    const known = Object.keys(step.predicted).length;
    return known ? `The Kalman filter moves ${known} boxes on by their velocities: the dashed ones.` : 'There is no track yet: nothing to predict.';
  }
  if (phase === 1) {
    const high = step.detections.filter((one) => one.score >= score).length, low = step.detections.length - high;
    return `The detector gives ${high} boxes that score at least ${withoutZero(score.toFixed(2))}${low ? `, and ${low} that score less (grey)` : ''}.`;
  }
  if (round !== null) {
    const { ids, rows, pairs } = step.rounds[round];
    if (!ids.length || !rows.length) return `${rounds[round]}: ${ids.length} tracks and ${rows.length} detections: there is nothing to pair.`;
    const free = ids.filter((_, t) => !pairs.some(([other]) => other === t)), over = rows.filter((_, d) => !pairs.some(([, other]) => other === d));
    return `${rounds[round]}: ${pairs.length} pairs with an IoU of at least ${withoutZero(least[round].toFixed(2))}. Left over: tracks ${numbered(free)}; detections ${listed(over.map(letterOf))}.`;
  }
  const words = Object.entries(HAPPENS);
  const found = words.filter(([name]) => step[name].length).map(([name, word]) => `${word}: ${numbered(step[name])}`);
  return last && found.length ? `${found.join('; ')}.` : 'Every track has found its detection.';
}

function showMatrix(table, { step, round, phase, last }, fields, raw) {
  const shown = round ?? (last ? fields.rounds.length - 1 : 0), one = step.rounds[shown];
  table.hidden = phase < 2 || last || !one.ids.length || !one.rows.length;
  if (table.hidden) return;
  const head = element('tr', {}, element('th', { textContent: 'IoU' }), ...one.rows.map((row) => element('th', { textContent: letterOf(row), title: `${step.detections[row].name} ${step.detections[row].score}` })));
  const pairs = new Set(one.pairs.map(([t, d]) => `${t} ${d}`));
  const lines = one.ids.map((id, t) => element('tr', {}, trackName(raw, id, 'th'), ...one.rows.map((_, d) => {
    const v = one.iou[t][d], cell = element('td', { textContent: v ? withoutZero(v.toFixed(2)) : '·' });
    cell.className = `${pairs.has(`${t} ${d}`) ? 'pair' : ''} ${v < fields.least[shown] ? 'low' : ''}`;
    cell.style.background = `rgba(86, 180, 233, ${0.5 * v})`;
    return cell;
  })));
  table.replaceChildren(head, ...lines);
}

function trackName(raw, id, tag = 'td') {
  const swatch = element('i');
  swatch.style.background = trackColour(raw, id);
  return element(tag, {}, swatch, `#${id}`);
}

// The tracks after the frame, or before it while its predictions and detections are shown.
function showLives(table, { step, last, phase, frame }, fields, raw) {
  table.hidden = !last && phase > 1;
  if (table.hidden) return;
  if (!last) {
    const lines = (fields.steps[frame - 1]?.tracks ?? []).map((t) => element('tr', {}, trackName(raw, t.id), ...[t.life, t.hits, t.missed].map((textContent) => element('td', { textContent }))));
    table.replaceChildren(element('tr', {}, ...[said('track'), said('life'), said('hits'), said('missed')].map((textContent) => element('th', { textContent }))), ...lines);
    return;
  }
  const happened = (id) => Object.keys(HAPPENS).filter((name) => step[name].includes(id)).map((name) => HAPPENS[name]).join(', ');
  const head = element('tr', {}, ...[said('track'), said('detection'), said('life'), said('hits'), said('missed'), ''].map((textContent) => element('th', { textContent })));
  const lines = step.tracks.map((t) => element('tr', {}, trackName(raw, t.id), ...[t.row === null ? '–' : letterOf(t.row), t.life, t.hits, t.missed, happened(t.id)].map((textContent) => element('td', { textContent }))));
  const gone = step.removed.map((id) => element('tr', {}, trackName(raw, id), ...['–', said('removed'), '', '', said('removed')].map((textContent) => element('td', { textContent }))));
  table.replaceChildren(head, ...lines, ...gone);
}
