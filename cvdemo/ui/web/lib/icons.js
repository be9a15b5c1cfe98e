// Icons as inline SVG: a character would need an emoji font.
// uses lib/svg
const ICONS = {
  first: 'M4 5h3v14H4zM7.5 12 14 6v12zM14 12l6.5-6v12z',
  back: 'M18 4v16L5 12z',
  play: 'M6 4v16l13-8z',
  pause: 'M5 4h5v16H5zM14 4h5v16h-5z',
  step: 'M4 4v16l11-8zM17 4h3v16h-3z',
  left: 'M18 4v16L5 12z',
  undo: 'M12 5V1L6 6.5 12 12V8a5.5 5.5 0 1 1-5.5 5.5h-3A8.5 8.5 0 1 0 12 5z',
  check: 'M9.5 16.2 5.3 12l-1.9 1.9 6.1 6.1L21 8.5l-1.9-1.9z',
  cross: 'M19 6.9 17.1 5 12 10.1 6.9 5 5 6.9 10.1 12 5 17.1 6.9 19l5.1-5.1 5.1 5.1 1.9-1.9-5.1-5.1z',
  down: 'M10.5 4h3v10h4L12 20.5 6.5 14h4z',
  last: 'M17 5h3v14h-3zM16.5 12 10 6v12zM10 12 3.5 6v12z',
};

// A sign of a line of text, as large as its letters and in their colour.
function icon(name) {
  return svgElement('svg', { viewBox: '0 0 24 24', width: '1em', height: '1em', fill: 'currentColor', 'aria-hidden': true, style: 'vertical-align: -0.12em' }, svgElement('path', { d: ICONS[name] }));
}
