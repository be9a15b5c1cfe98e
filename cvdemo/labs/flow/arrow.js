// An arrow with a dark edge, to be seen on any picture.
// uses lib/canvas

function strokeArrow(ink, [x1, y1], [x2, y2], colour, thick = 3) {
  const long = Math.hypot(x2 - x1, y2 - y1), tip = Math.min(4 * thick, 0.5 * long), turn = Math.atan2(y2 - y1, x2 - x1);
  for (const [style, wide] of [['#000', 1.8 * thick], [colour, thick]]) {
    Object.assign(ink, { strokeStyle: style, lineWidth: wide, lineCap: 'round' });
    ink.beginPath();
    ink.moveTo(x1, y1);
    ink.lineTo(x2, y2);
    for (const side of [2.6, -2.6]) {
      ink.moveTo(x2, y2);
      ink.lineTo(x2 + tip * Math.cos(turn + side), y2 + tip * Math.sin(turn + side));
    }
    ink.stroke();
  }
  fillDot(ink, x1, y1, thick, '#000');
  fillDot(ink, x1, y1, 0.6 * thick, colour);
}
