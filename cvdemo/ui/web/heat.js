// Dark violet over red to pale yellow, lighter the likelier.
const HEAT = [[20, 11, 54], [120, 28, 109], [207, 68, 70], [251, 155, 6], [252, 255, 164]];
function heat(share) {
  const at = Math.min(share, 0.9999) * (HEAT.length - 1), k = Math.floor(at);
  return `rgb(${HEAT[k].map((v, n) => Math.round(v + (HEAT[k + 1][n] - v) * (at - k))).join()})`;
}
