// Three pictures of the same size on top of one another, parted by two lines that are dragged.
// uses lib/message lib/pictures lib/drag lib/pointer lib/numbers
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.fcn-swipe');
  const lab = root.lab ?? (root.lab = buildSwipe(root));
  const { fields, parts } = unpacked(data);
  ORDER.forEach((name, k) => {
    const image = root.querySelector(`img.${name}`);
    Object.assign(image, { src: pictureUrl(image, `${fields.identity} ${k}`, parts[name]), alt: fields.alts[k] });
    root.querySelector(`.name.${name}`).textContent = fields.names[k];
  });
  lab.lines.forEach((line, k) => line.setAttribute('aria-label', `Line between ${fields.names[k]} and ${fields.names[k + 1]}`));
  lab.place();
  root.dataset.ready = fields.identity;
}

const ORDER = ['first', 'second', 'third'];

function buildSwipe(root) {
  const lines = [...root.querySelectorAll('.line')], lab = { lines, at: [0.33, 0.67] };
  lab.place = () => {
    const edges = [0, ...lab.at, 1];
    ORDER.forEach((name, k) => {
      const [from, to] = [edges[k], edges[k + 1]], label = root.querySelector(`.name.${name}`);
      root.querySelector(`img.${name}`).style.clipPath = `inset(0 ${100 * (1 - to)}% 0 ${100 * from}%)`;
      label.style.left = `${50 * (from + to)}%`;
      label.hidden = to - from < 0.12;
    });
    lines.forEach((line, k) => {
      line.style.left = `${100 * lab.at[k]}%`;
      line.setAttribute('aria-valuenow', Math.round(100 * lab.at[k]));
    });
    root.dataset.at = lab.at.map((v) => v.toFixed(3)).join(' ');
  };
  lines.forEach((line, k) => withKeys(lab, line, k, root.querySelector('.view')));
  return lab;
}

function withKeys(lab, line, k, view) {
  // A line takes the other one along when it meets it.
  const to = (share) => {
    const own = clamp(share, 0, 1);
    lab.at = k ? [Math.min(lab.at[0], own), own] : [own, Math.max(lab.at[1], own)];
    lab.place();
  };
  dragged(line, {
    begin: () => line.focus({ preventScroll: true }),
    move: (_, dx, dy, e) => to(shareUnder(e, view)[0]),
  });
  line.onkeydown = (e) => {
    const far = e.shiftKey ? 0.1 : 0.02;
    const share = { ArrowLeft: lab.at[k] - far, ArrowRight: lab.at[k] + far, Home: 0, End: 1 }[e.key];
    if (share === undefined) return;
    to(share); e.preventDefault(); e.stopPropagation();
  };
}
