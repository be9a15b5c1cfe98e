// Beam search as a tree: a column of candidates for each step, which of them go on, which are pruned and why.
// uses lib/message lib/dom lib/svg lib/numbers lib/player lib/said
const COLUMN = 94, ROW = 42, NODE = [76, 34];
const score = (v) => typeset(v.toFixed(2));

export default function ({ data, parentElement }) {
  const { fields } = unpacked(data);
  const root = parentElement.querySelector('.beam-tree');
  const tree = root.tree ?? (root.tree = { root, find: (s) => root.querySelector(s), told: '' });
  const told = JSON.stringify(fields);
  if (tree.told === told) return;
  const whole = !tree.told || tree.player.index === tree.fields.steps.length;
  Object.assign(tree, { fields, told });
  drawTree(tree);
  listFound(tree);
  tree.player = player(tree.find('.place'), {
    count: fields.steps.length + 1, keep: !whole, start: fields.steps.length, perSecond: 1, show: (s) => showStep(tree, s),
    text: (s) => (s < fields.steps.length ? `step ${s + 1} of ${fields.steps.length}` : 'the result'),
  });
}

function drawTree(tree) {
  const { steps, path } = tree.fields, svg = tree.find('.tree'), most = Math.max(...steps.map(({ nodes }) => nodes.length));
  const at = (s, n) => [COLUMN * s + COLUMN / 2, ROW * n + ROW / 2 + 4];
  setAttributes(svg, { width: COLUMN * steps.length, height: ROW * most + 30 });
  tree.columns = steps.map(({ nodes, more }, s) => {
    const wins = (n) => path[s] === n, group = svgElement('g');
    for (const last of [false, true]) { // the best sentence's edge lies over the others
      nodes.forEach(({ parent }, n) => {
        if (!s || wins(n) !== last) return;
        const [x1, y1] = at(s - 1, parent), [x2, y2] = at(s, n), half = NODE[0] / 2;
        group.append(svgElement('path', { class: `edge${last ? ' win' : ''}`, d: `M${x1 + half} ${y1}C${x1 + half + 6} ${y1} ${x2 - half - 6} ${y2} ${x2 - half} ${y2}` }));
      });
    }
    nodes.forEach((node, n) => group.append(nodeOf(tree, s, n, at(s, n), wins(n))));
    if (more) group.append(svgElement('text', { class: 'more', x: at(s, 0)[0], y: ROW * nodes.length + 18 }, `+ ${grouped(more)}`));
    return group;
  });
  svg.replaceChildren(...tree.columns);
}

function nodeOf(tree, s, n, [x, y], wins) {
  const node = tree.fields.steps[s].nodes[n], [wide, high] = NODE;
  const fits = node.text.length > 12 ? { textLength: wide - 6, lengthAdjust: 'spacingAndGlyphs' } : {};
  const made = svgElement('g', { class: `node ${node.fate}${wins ? ' win' : ''}`, tabindex: 0, role: 'button', 'aria-label': `${node.text}, score ${score(node.score)}, ${node.fate}` },
    svgElement('rect', { x: x - wide / 2, y: y - high / 2, width: wide, height: high }),
    svgElement('text', { x, y: y - 2, ...fits }, node.text),
    svgElement('text', { class: 'score', x, y: y + 12 }, score(node.score)));
  made.onpointerenter = made.onfocus = () => { tree.find('.says').innerHTML = nodeSays(tree.fields, s, n); };
  made.onpointerleave = made.onblur = () => { tree.find('.says').innerHTML = stepSays(tree.fields, tree.player.index); };
  return made;
}

// The words from the beginning to a node.
function beginningOf({ steps, begin }, s, n) {
  const words = [];
  for (let step = s, row = n; step >= 0; row = steps[step].nodes[row].parent, step--) words.unshift(steps[step].nodes[row].text);
  return `<b>${escaped([begin, ...words].filter(Boolean).join(' '))}</b>`;
}

function nodeSays(fields, s, n) {
  const { nodes, width } = fields.steps[s], node = nodes[n], last = nodes[width - 1];
  const why = {
    kept: `kept: number ${node.rank + 1} of the step`,
    finished: 'finished: its last word is the end',
    outranked: `pruned: ${width} others score higher, the last of them ${score(last?.score ?? 0)}`,
    hopeless: 'dropped: even if all its further words were certain, it could not overtake the finished ones',
    cut: 'cut off at the length limit',
    impossible: 'pruned: its probability is 0',
  }[node.fate];
  return `${beginningOf(fields, s, n)}<br>log <i>p</i> ${score(node.logp)}, score ${score(node.score)} — ${why}.`;
}

function stepSays(fields, s) {
  const { steps, vocabulary, found } = fields;
  if (s >= steps.length) return found[0].finished ? `The search ends after ${steps.length} steps: nothing that is left can overtake ${found.length > 1 ? `the ${found.length} finished sentences` : 'the finished sentence'}. Point at a candidate to see why it stayed or went.` : `The length limit ended the search after ${steps.length} steps; no sentence is finished.`;
  const { nodes, live, width } = steps[s], count = (fate) => nodes.filter((node) => node.fate === fate).length;
  const kept = count('kept'), finished = count('finished'), all = live * vocabulary;
  const first = `Step ${s + 1}: ${live} ${live > 1 ? said('beginnings') : said('beginning')} × ${grouped(vocabulary)} words = ${grouped(all)} candidates.`;
  const next = nodes.find((node) => node.fate === 'outranked');
  const gap = next ? ` The best that is pruned, “${escaped(next.text)}”, has ${score(next.score)}; the last that stays has ${score(nodes[width - 1].score)}.` : '';
  return `${first} The ${width} best stay: ${kept} go on, ${finished} ${finished === 1 ? 'is' : 'are'} finished.${gap}`;
}

function showStep(tree, s) {
  const { columns, fields } = tree, done = s >= fields.steps.length, box = tree.find('.wide');
  columns.forEach((group, k) => { group.style.visibility = k <= s ? 'visible' : 'hidden'; });
  tree.root.classList.toggle('done', done);
  tree.root.dataset.step = s;
  tree.find('.says').innerHTML = stepSays(fields, s);
  if (!done) box.scrollTo({ left: COLUMN * (s + 1) - box.clientWidth, behavior: 'smooth' });
}

function listFound(tree) {
  tree.find('.found').replaceChildren(...tree.fields.found.map(({ text, logp, score: ranked, finished }) => element('li', {}, text || '(no word)',
    element('small', { textContent: `log p ${score(logp)}, score ${score(ranked)}${finished ? '' : ', cut off'}` }))));
}
