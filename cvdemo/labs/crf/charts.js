// A small chart of one number for each iteration; the present one is the dot, its value stands in the title.
function crfChart(title, values, at, colour) {
  const [width, height, edge] = [150, 64, 7], last = values.length - 1;
  const low = Math.min(...values), span = Math.max(...values) - low;
  const x = (i) => edge + (width - 2 * edge) * (last ? i / last : 0.5);
  const y = (v) => height - edge - (height - 2 * edge) * (span ? (v - low) / span : 0.5);
  const points = values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(' ');
  const digits = values.every(Number.isInteger) ? 0 : 3;
  return `<div><h5>${title} <b style="color:color-mix(in srgb, ${colour} 65%, currentColor)">${values[at].toFixed(digits)}</b></h5>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${values[0]} at first, ${values[last]} at last">
    <line class="axis" x1="0" x2="${width}" y1="${height - 1}" y2="${height - 1}"/>
    <polyline points="${points}" stroke="${colour}"/>
    ${values.map((v, i) => `<circle cx="${x(i)}" cy="${y(v)}" r="${i === at ? 4.5 : 1.8}" fill="${colour}"/>`).join('')}
    </svg></div>`;
}
