// A card for the cell and one for each stage of the funnel: its picture, how many are left, what they find.
// uses lib/dom lib/pointer lib/numbers rpn/draw lib/said
const CELL = -1;

function showCards(place, lab) {
  const { stages } = lab.fields;
  if (!place.childElementCount) {
    place.append(...[CELL, ...stages.keys()].map((stage) => cardOf(stage, lab)));
    place.onkeydown = (e) => {
      const [step = 0] = arrowOf(e) ?? [];
      if (!step) return;
      const cards = [...place.children], next = cards.indexOf(place.querySelector(':focus')) + step;
      cards[(next + cards.length) % cards.length].focus();
      e.preventDefault();
    };
  }
  [...place.children].forEach((card, k) => {
    const stage = k - 1, [name, number, found] = ['span', 'b', 'small'].map((s) => card.querySelector(s));
    card.setAttribute('aria-checked', stage === lab.stage);
    name.textContent = stage === CELL ? 'One cell' : stages[stage].title;
    const count = stage === CELL ? lab.fields.levels[lab.level].kinds.length : stages[stage].count;
    number.textContent = grouped(count);
    found.textContent = stage === CELL ? said('anchors') : foundOf(stages[stage].found);
    drawCard(card.querySelector('canvas'), lab, stage);
  });
}

function cardOf(stage, lab) {
  return element('button', {
    type: 'button', role: 'radio', innerHTML: '<canvas></canvas><span></span><b></b><small></small>',
    onclick: () => { lab.stage = stage; lab.lit = null; lab.draw(); },
  });
}

function foundOf(found) {
  return found ? `${found.map((v) => Math.round(100 * v)).join(' · ')} %` : '';
}

function drawCard(canvas, lab, stage) {
  const pen = penOn(canvas, lab.fields, stage === 0 || stage === CELL ? lab.margin / 2 : 0);
  drawScene(pen.ink, { ...lab, faint: 0.35 });
  if (stage === CELL) return drawCell(pen, lab, true);
  if (stage === 5) return drawDetected(pen, lab.fields, false);
  return drawLikely(pen, lab.stageRows[stage], stage ? lab.boxes : lab.anchors, lab.scores, 1);
}
