// "class score" on its own ground above a box, or inside where the box touches the top.
// uses lib/svg
function labelShapes({ name, score, box, colour }, unit) {
  const height = 17 * unit, text = `${name} ${score.toFixed(2)}`, y = box[1] < height ? box[1] : box[1] - height;
  return [
    svgElement('rect', { x: box[0], y, width: (6 + 6.9 * text.length) * unit, height, style: `fill:${colour}`, class: 'label' }),
    svgElement('text', { x: box[0] + 3 * unit, y: y + 13 * unit, 'font-size': 13 * unit, class: 'label' }, text),
  ];
}
