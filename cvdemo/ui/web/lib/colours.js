// Colours [r, g, b], 0..255, and scales of them.

const rgb = (colour) => `rgb(${colour.join()})`;

const LUMINANCE = [0.2126, 0.7152, 0.0722]; // shares of red, green and blue

// Black or white, whichever is read better on a colour.
const inkOn = (colour) => (colour.reduce((sum, v, k) => sum + LUMINANCE[k] * (v / 255) ** 2.2, 0) > 0.18 ? '#000' : '#fff');

// The colour at `share`, kept within 0..1, of a scale from the first stop to the last.
function onScale(stops, share) {
  const at = Math.max(0, Math.min(1, share)) * (stops.length - 1), k = Math.min(stops.length - 2, Math.floor(at));
  return stops[k].map((v, n) => Math.round(v + (stops[k + 1][n] - v) * (at - k)));
}

// Dark violet over red to pale yellow, lighter the likelier: matplotlib's inferno without its black end.
const HEAT = [[20, 11, 54], [120, 28, 109], [207, 68, 70], [251, 155, 6], [252, 255, 164]];
const heat = (share) => rgb(onScale(HEAT, share));
