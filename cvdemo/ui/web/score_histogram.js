// How many scores there are of each size, and what the threshold cuts.
// uses lib/svg
export default function ({ data, parentElement }) {
  const svg = parentElement.querySelector('svg');
  const top = Math.log1p(Math.max(1, ...data.counts));
  svg.replaceChildren(...data.counts.map((n, i) => {
    const h = 46 * Math.log1p(n) / top;
    const kept = (i + .5) / data.counts.length >= data.threshold;
    return svgElement('rect', { x: i * 100 / data.counts.length, y: 50 - h, height: h,
      width: 92 / data.counts.length, class: kept ? 'kept' : 'cut' });
  }), svgElement('line', { x1: data.threshold * 100, x2: data.threshold * 100, y1: 0, y2: 50 }));
  parentElement.querySelector('p').textContent = data.text;
}
