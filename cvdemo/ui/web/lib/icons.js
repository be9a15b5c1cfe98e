// Icons as inline SVG: a character would need an emoji font.
// uses lib/svg
const ICONS = {
  first: 'M4 5h3v14H4zM7.5 12 14 6v12zM14 12l6.5-6v12z',
  back: 'M18 4v16L5 12z',
  play: 'M6 4v16l13-8z',
  pause: 'M5 4h5v16H5zM14 4h5v16h-5z',
  step: 'M4 4v16l11-8zM17 4h3v16h-3z',
  last: 'M17 5h3v14h-3zM16.5 12 10 6v12zM10 12 3.5 6v12z',
};

function icon(name) {
  return svgElement('svg', { viewBox: '0 0 24 24', 'aria-hidden': true }, svgElement('path', { d: ICONS[name] }));
}
