// One region closely: where its glimpse goes, and its sentence word by word with what else could have stood there.
// uses lib/pictures lib/canvas lib/colours lib/choices lib/dom lib/numbers
function showInside(root, lab) {
  const row = chosenRegion(lab), { fields } = lab;
  root.querySelector('.inside').hidden = row === null || !(fields.inside || fields.regions.rivals.length);
  if (row === null) return;
  showGlimpse(root, lab, row);
  showWords(root, lab, row);
}

function showGlimpse(root, lab, row) {
  const { inside, width, height, regions } = lab.fields, place = root.querySelector('.close');
  place.hidden = !inside;
  if (!inside) return;
  const names = ['all heads', ...Array.from({ length: inside.heads }, (_, k) => `${k + 1}`)];
  radioButtons(root.querySelector('.heads'), names, lab.head, (name) => { lab.head = name; showGlimpse(root, lab, row); });
  const canvas = place.querySelector('canvas'), wide = canvas.clientWidth || 240, [x1, y1, x2] = inside.squares[row];
  const ink = sharpCanvas(canvas, wide, wide), scale = wide / (x2 - x1);
  ink.scale(scale, wide / (inside.squares[row][3] - y1));
  ink.translate(-x1, -y1);
  if (isLoaded(lab.image)) ink.drawImage(lab.image, 0, 0, width, height);
  fillBox(ink, inside.squares[row], '#000', 0.35);
  ink.imageSmoothingEnabled = true;
  ink.drawImage(glimpseMap(lab, row), x1, y1, x2 - x1, inside.squares[row][3] - y1);
  strokeBox(ink, regions.boxes[row], colourOf(lab, row), 3 / scale);
  canvas.setAttribute('aria-label', `Where the glimpse of region ${lab.kept.indexOf(row) + 1} goes`);
}

// The attention over the square as pixels, see-through where it is low.
function glimpseMap({ fields: { inside }, parts, head }, row) {
  const { heads, around } = inside, cells = around * around, at = row * heads * cells, map = new Float32Array(cells);
  for (let h = 0; h < heads; h++) {
    if (head !== 'all heads' && Number(head) !== h + 1) continue;
    for (let i = 0; i < cells; i++) map[i] += parts.attention[at + h * cells + i];
  }
  const most = map.reduce((a, b) => Math.max(a, b), 1e-12), canvas = element('canvas');
  paintPixels(canvas, around, around, (i) => { const share = Math.sqrt(map[i] / most); return [...onScale(HEAT, share), 210 * share]; });
  return canvas;
}

function showWords(root, lab, row) {
  const { regions } = lab.fields, steps = regions.rivals[row], words = regions.texts[row].split(' ');
  root.querySelector('.path').textContent = `Region ${lab.kept.indexOf(row) + 1}, word by word. The whole sentence has probability ${chance(Math.exp(regions.logs[row]))}.`;
  root.querySelector('.words').hidden = root.querySelector('.rivals').hidden = !steps;
  if (!steps) return;
  const said = steps.map((rivals, k) => [words[k] ?? rivals[0][0], Math.exp(rivals[0][1])]);
  const doubtful = said.reduce((best, [, p], k) => (p < said[best][1] ? k : best), 0);
  const chosen = Math.min(lab.word ?? doubtful, said.length - 1);
  root.querySelector('.words').replaceChildren(...said.map(([word, p], k) => {
    const button = element('button', { type: 'button', onclick: () => { lab.word = k; showWords(root, lab, row); } },
      element('span', { textContent: endless(word) }), probabilityBar(p), element('small', { textContent: chance(p) }));
    button.setAttribute('aria-pressed', k === chosen);
    return button;
  }));
  const before = said.slice(0, chosen).map(([word]) => word).join(' ');
  root.querySelector('.rivals').replaceChildren(element('p', { textContent: `After “${before || 'the start'}”:` }),
    ...steps[chosen].flatMap(([word, log]) => [element('span', { textContent: endless(word) }), probabilityBar(Math.exp(log)), element('small', { textContent: chance(Math.exp(log)) })]));
}

const endless = (word) => (word === '<end>' ? '(end)' : word);
const chance = (p) => (p >= 0.1 ? percent(p) : p >= 0.001 ? `${(100 * p).toFixed(1)} %` : 'under .1 %');
