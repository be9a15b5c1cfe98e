// The hierarchy in numbers: bars of the four similarities, and a dot for every merge by its level.
// uses lib/numbers lib/colours proposals/views

function similarityBars(d, step) {
  const { names, on, segments } = d.fields, values = d.similarities.subarray(4 * step, 4 * step + 4);
  const most = on.filter(Boolean).length;
  const row = (name, value, share, kind) => `<span class="${kind}">${name}</span>
    <span class="bar ${kind}"><span style="width:${100 * Math.max(0, share)}%"></span></span><span class="${kind}">${value.toFixed(3)}</span>`;
  const mark = (colour) => `<i style="background:${rgb(colour)}"></i>`;
  const size = (region) => grouped(d.sizes[region]);
  const [a, b] = [d.parents[2 * step], d.parents[2 * step + 1]];
  return `<p>${mark(REGION_A)}${size(a)} px and ${mark(REGION_B)}${size(b)} px are the most alike of all neighbours.
    Together: level ${d.levels[segments + step]}.</p>`
    + names.map((name, k) => row(on[k] ? name : `${name} (off)`, values[k], values[k], on[k] ? '' : 'off')).join('')
    + row('sum', d.totals[step], d.totals[step] / most, 'sum');
}

const TREE = { width: 460, height: 190, left: 26, bottom: 22 };
const treeX = (step, merges) => TREE.left + (TREE.width - TREE.left - 6) * (merges > 1 ? step / (merges - 1) : 0.5);

// A dot for every merge: along, when; up, at which level; bright, those that are done.
function treeChart(d, until, level) {
  const { segments, merges } = d.fields, top = Math.max(1, d.levels[segments + merges - 1]);
  const y = (l) => TREE.height - TREE.bottom - (TREE.height - TREE.bottom - 10) * (l / top);
  const dots = Array.from({ length: merges }, (_, m) => {
    const l = d.levels[segments + m], now = level === null ? m === until : l === level, done = level === null ? m <= until : l <= level;
    return `<circle cx="${treeX(m, merges).toFixed(1)}" cy="${y(l).toFixed(1)}" r="${now ? 5 : 2.4}"
      fill="${now ? '#d55e00' : '#0072b2'}" opacity="${done ? 1 : 0.25}"/>`;
  });
  return `<h5>The hierarchy: a dot for each merge, up by its level</h5>
    <svg viewBox="0 0 ${TREE.width} ${TREE.height}" role="img" aria-label="${merges} merges on ${top} levels">
    <line class="axis" x1="${TREE.left}" x2="${TREE.width}" y1="${y(0)}" y2="${y(0)}"/>
    <text x="0" y="14">${top}</text><text x="0" y="${y(0) - 2}">0</text>
    <text x="${TREE.left}" y="${TREE.height - 3}">first merge</text>
    <text x="${TREE.width}" y="${TREE.height - 3}" text-anchor="end">last: the whole picture</text>
    ${dots.join('')}</svg>`;
}
