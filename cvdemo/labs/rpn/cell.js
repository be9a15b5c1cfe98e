// What stands beside the board: the anchors of a cell in numbers, or what is left of each scale at a stage.
// uses lib/boxes lib/numbers rpn/math rpn/draw lib/said
const STAGES_REACHED = [[said('off'), 'its scale or shape is switched off'], ['not best', 'not among the best of its level'],
  [said('thin'), 'nothing of it is within the picture'], ['NMS', 'fell to a better box'], [said('cut'), 'beyond the number of proposals'],
  [said('kept'), 'a proposal']];
const kindName = ({ scale, ratio }) => `${scale} px ${ratio < 1 ? `1:${1 / ratio}` : `${ratio}:1`}`;

function showCell(place, lab) {
  const level = lab.fields.levels[lab.level], [r, c] = lab.spot, { anchors, boxes, scores, lastStage } = lab;
  const rows = level.kinds.map((_, kind) => rowOf(level, r, c, kind));
  const size = (box) => `${(box[2] - box[0]).toFixed(0)} × ${(box[3] - box[1]).toFixed(0)}`;
  const lines = rows.map((row, kind) => `<tr data-kind="${kind}" class="${lastStage[row] ? '' : 'off'}">
    <td><i style="background:${KINDS[kind % KINDS.length]}"></i>${kindName(level.kinds[kind])}</td>
    <td><span class="meter" style="width:${1.5 * scores[row]}rem"></span>${scores[row].toFixed(3)}</td>
    <td>${size(boxAt(boxes, row))}</td><td title="${STAGES_REACHED[lastStage[row]][1]}">${STAGES_REACHED[lastStage[row]][0]}</td></tr>`);
  place.innerHTML = `<p>Cell <b>${r}, ${c}</b> of the ${level.rows} × ${level.columns} at stride <b>${level.stride}</b>.
    Click another, or move with the arrow keys.</p>
    <table><thead><tr><th>anchor</th><th>objectness</th><th>corrected</th><th>then</th></tr></thead>
    <tbody>${lines.join('')}</tbody></table>
    <small class="key">Dashed: the anchor, height : width. Solid: where the network shifts it, the likelier the bolder.
      ${[...new Set(rows.map((row) => lastStage[row]))].map((f) => `<b>${STAGES_REACHED[f][0]}</b>: ${STAGES_REACHED[f][1]}`).join('; ')}.</small>`;
  place.querySelectorAll('tbody tr').forEach((line) => {
    line.onpointerenter = () => { lab.lit = Number(line.dataset.kind); lab.drawBoard(); };
    line.onpointerleave = () => { lab.lit = null; lab.drawBoard(); };
  });
  const plain = (all) => rows.map((row) => [...boxAt(all, row)]);
  place.dataset.values = JSON.stringify({ level: lab.level, at: [r, c], anchors: plain(anchors), boxes: plain(boxes),
    scores: rows.map((row) => scores[row]), lastStage: rows.map((row) => lastStage[row]) });
}

function showStage(place, lab) {
  const { stages, levels, truth, detections } = lab.fields, stage = stages[lab.stage];
  const overlaps = lab.overlaps(), found = (least) => overlaps.filter((v) => v >= least).length;
  const finds = truth.length ? `<p>Of ${truth.length} things, <b>${found(0.5)}</b> are found at IoU .5 and <b>${found(0.7)}</b> at .7.</p>` : '';
  place.innerHTML = `<p><b>${grouped(stage.count)}</b> · ${stage.note}</p>${finds}${lab.stage === 5
    ? detectionTable(detections) : scaleTable(levels, lab.stageRows[lab.stage])}${lab.stage < 5
    ? '<small class="key">The lighter a box, the likelier. Click one to see the anchor it comes from.</small>' : ''}${lab.truth
    ? '<small class="key">True boxes: white where found at IoU .7, dashed at .5, dotted red where lost.</small>' : ''}`;
  place.dataset.values = JSON.stringify({ stage: lab.stage, count: stage.count, found: [found(0.5), found(0.7)] });
}

// How many of each scale are left, the square and the longish ones together.
function scaleTable(levels, rows) {
  const counts = new Map(levels.flatMap((level) => level.kinds.map(({ scale }) => [scale, 0])));
  for (const row of rows) {
    const { level, kind } = placeOf(levels, row), { scale } = levels[level].kinds[kind];
    counts.set(scale, counts.get(scale) + 1);
  }
  const most = Math.max(1, ...counts.values());
  return `<table><thead><tr><th>scale</th><th>left</th></tr></thead><tbody>${[...counts].map(([scale, n]) => `<tr><td>${scale} px</td>
    <td><span class="meter" style="width:${(5 * n) / most}rem"></span>${grouped(n)}</td></tr>`).join('')}</tbody></table>`;
}

function detectionTable(detections) {
  return `<table><thead><tr><th>class</th><th>score</th></tr></thead><tbody>${detections.map(({ name, score, colour }) => `<tr>
    <td><i style="background:${colour}"></i>${name}</td><td>${score.toFixed(3)}</td></tr>`).join('')}</tbody></table>`;
}
