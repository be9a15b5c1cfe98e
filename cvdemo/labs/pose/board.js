// Everybody's skeleton on the whole picture, and the chosen person's keypoints to drag.
// uses lib/svg lib/drag lib/pointer pose/math
const LEVELS = [0.9, 0.5, 0.1]; // similarities that circles are drawn for around the chosen keypoint

// Limbs of keypoints [x, y, score] as lines, dark underneath; those that score too little are left out.
function limbLines(points, { limbs, colours, least }, thick) {
  const there = limbs.filter(([a, b]) => points[a][2] >= least && points[b][2] >= least);
  return [['#000', thick + 2], [null, thick]].flatMap(([dark, width]) => there.map(([a, b, side]) => svgElement('line', {
    x1: points[a][0], y1: points[a][1], x2: points[b][0], y2: points[b][1], stroke: dark ?? colours[side],
    'stroke-width': width, 'stroke-linecap': 'round', 'vector-effect': 'non-scaling-stroke', 'pointer-events': 'none' })));
}

function drawEveryone(svg, lab) {
  svg.setAttribute('viewBox', `0 0 ${lab.width} ${lab.height}`);
  svg.replaceChildren(...lab.people.map(({ box, keypoints }, n) => {
    const chosen = n === lab.person, colour = chosen ? '#fff' : '#fff9';
    const area = svgBox(box, { class: 'area', stroke: colour, 'stroke-width': chosen ? 3 : 1,
      'stroke-dasharray': keypoints ? '' : '6 4', 'vector-effect': 'non-scaling-stroke' });
    const group = svgElement('g', { tabindex: 0, role: 'button', 'aria-pressed': chosen, 'aria-label': `Person ${n + 1}` }, area,
      ...(keypoints ? limbLines(keypoints, lab, chosen ? 4 : 2.5) : []));
    group.onclick = () => lab.choosePerson(n);
    group.onkeydown = (e) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); lab.choosePerson(n); } };
    return group;
  }));
}

// Circles of equal similarity around true keypoints, lines to where they are found, and joints with grips. The
// chosen joint is hollow: its heat map lies under it.
function drawPerson(svg, lab) {
  const [x1, y1, x2] = lab.region, span = x2 - x1, pixel = span / (svg.clientWidth || 400);
  svg.setAttribute('viewBox', `${x1} ${y1} ${span} ${span}`);
  const shown = lab.points.map(([x, y], k) => [x, y, lab.scores[k]]);
  const circle = ([x, y], r, attributes) => svgElement('circle', { cx: x, cy: y, r, fill: 'none', 'pointer-events': 'none',
    'vector-effect': 'non-scaling-stroke', ...attributes });
  const labelled = lab.reference.map((_, k) => k).filter((k) => lab.reference[k][2] > 0);
  const circles = labelled.map((k) => circle(lab.reference[k], toleranceRadius(0.5, lab.area, lab.sigmas[k]),
    { stroke: '#fff', 'stroke-width': 1, 'stroke-dasharray': '3 3' }));
  const rings = labelled.includes(lab.keypoint) ? LEVELS.map((level, i) => circle(lab.reference[lab.keypoint],
    toleranceRadius(level, lab.area, lab.sigmas[lab.keypoint]), { stroke: '#7CFC9A', 'stroke-width': 3 - i, class: 'ring' })) : [];
  const errors = labelled.map((k) => svgElement('line', { x1: lab.points[k][0], y1: lab.points[k][1], x2: lab.reference[k][0],
    y2: lab.reference[k][1], stroke: '#ff3c3c', 'stroke-width': 2, 'vector-effect': 'non-scaling-stroke' }));
  lab.layers.under.replaceChildren(...circles, ...rings, ...limbLines(shown, lab, 3), ...errors);
  lab.layers.joints.forEach(({ grip, joint }, k) => {
    const hidden = shown[k][2] < lab.least, [cx, cy] = lab.points[k];
    setAttributes(grip, { cx, cy, r: 11 * pixel, display: hidden ? 'none' : '' });
    setAttributes(joint, { cx, cy, r: (k === lab.keypoint ? 7 : 5) * pixel, fill: k === lab.keypoint && lab.heat ? 'none' : lab.colours[lab.sides[k]], display: hidden ? 'none' : '',
      stroke: k === lab.keypoint ? '#7CFC9A' : '#000', 'stroke-width': 2 });
    grip.setAttribute('aria-label', `${lab.names[k]}: arrow keys move it by a pixel, with Shift by ten`);
  });
}

function buildPerson(svg, lab, count) {
  const under = svg.appendChild(svgElement('g'));
  const joints = Array.from({ length: count }, (_, k) => {
    const grip = svg.appendChild(svgElement('circle', { class: 'grip', tabindex: 0, role: 'button', 'data-keypoint': k }));
    const joint = svg.appendChild(svgElement('circle', { class: 'joint', 'vector-effect': 'non-scaling-stroke' }));
    dragged(grip, {
      begin: () => { grip.focus({ preventScroll: true }); lab.keypoint = k; lab.draw(); return lab.points[k]; },
      move: ([x, y], dx, dy) => {
        const scale = (lab.region[2] - lab.region[0]) / svg.clientWidth;
        lab.movePoint(k, x + dx * scale, y + dy * scale);
      },
      end: () => lab.tell(),
    });
    grip.addEventListener('keydown', (e) => {
      const way = arrowOf(e);
      if (!way) return;
      e.preventDefault();
      const step = e.shiftKey ? 10 : 1;
      lab.keypoint = k;
      lab.movePoint(k, lab.points[k][0] + step * way[0], lab.points[k][1] + step * way[1]);
    });
    grip.addEventListener('keyup', (e) => { if (arrowOf(e)) lab.tell(); });
    return { grip, joint };
  });
  lab.layers = { under, joints };
}
