// The aperture problem's arithmetic: what one or two edges say of a motion.

// Unit normals of the pattern's edges; `angle` in degrees.
function normalsOf(angle, pattern) {
  const turns = pattern === 'corner' ? [0, 90] : [0];
  return turns.map((turn) => [Math.cos(((angle + turn) * Math.PI) / 180), Math.sin(((angle + turn) * Math.PI) / 180)]);
}

// The shortest motion that has the same speed along every normal: all of a corner's, a stripe's normal flow.
function seenMotion(angle, [u, v], pattern) {
  const [[x, y]] = normalsOf(angle, pattern), speed = x * u + y * v;
  return pattern === 'corner' ? [u, v] : [speed * x, speed * y];
}

// Eigenvalues of the mean of normal normalᵀ, smaller first.
const edgeEigenvalues = (pattern) => (pattern === 'corner' ? [0.5, 0.5] : [0, 1]);
