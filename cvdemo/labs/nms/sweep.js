// Curves over the IoU threshold, and where the slider stands.
// uses lib/svg
export default function ({ data, parentElement }) {
  const svg = parentElement.querySelector('svg');
  const W = 200, H = 96, n = data.kept.length - 1;
  const x = (i) => (W * i) / n;
  const known = data.truths > 0;
  const top = known ? Math.max(data.truths, ...data.duplicates) * 1.1 : Math.max(1, ...data.kept) * 1.05;
  const y = (v) => H - (H - 4) * Math.min(1, v / top);
  const line = (name) => svgElement('path', { class: name, d: data[name].map((v, i) => `${i ? 'L' : 'M'}${x(i)},${y(v)}`).join('') });
  // Shaded over the whole height: where something is lost, where something comes twice.
  const shade = (name, bad) => svgElement('path', { class: name, d: data.kept.map((_, i) => (bad(i)
    ? `M${x(i - .5)},0H${x(i + .5)}V${H}H${x(i - .5)}Z` : '')).join('') });
  const most = Math.max(0, ...(known ? data.found : []));
  const parts = known ? [shade('lost', (i) => data.found[i] < most), shade('twins', (i) => data.duplicates[i] > 0),
    line('found'), line('duplicates')] : [line('kept')];
  const at = W * data.threshold;
  svg.replaceChildren(...parts, svgElement('line', { x1: at, x2: at, y1: 0, y2: H }));
  svg.setAttribute('aria-label', data.alt);
  const i = Math.round(data.threshold * n);
  parentElement.querySelector('p').innerHTML = known
    ? `<b class="found">found ${data.found[i]} of ${data.truths}</b>, <b class="duplicates">${data.duplicates[i]} duplicates</b>
       by greedy NMS here; the curves show every threshold`
    : `<span class="kept">greedy NMS keeps <b>${data.kept[i]}</b> here; the curve shows every threshold</span>`;
}
