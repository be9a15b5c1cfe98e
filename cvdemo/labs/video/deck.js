// What the players of a clip share: buttons, bar, speed, keys, and the playhead over the time lines.
// uses lib/dom lib/icons lib/player

// The controls of `lab.video` within `lab.root`, and their keys.
function buildDeck(lab) {
  const button = (title, sign, onclick) => element('button', { type: 'button', title, ariaLabel: title, onclick }, icon(sign));
  const { video } = lab;
  lab.play = button('Play', 'play', () => togglePlay(lab));
  lab.play.className = 'play';
  lab.bar = element('input', { type: 'range', min: 0, value: 0, ariaLabel: 'Frame', oninput: () => seekTo(lab, Number(lab.bar.value)) });
  lab.says = element('span');
  lab.speed = element('select', { ariaLabel: 'Speed', onchange: () => video.rate(Number(lab.speed.value)) });
  for (const s of [0.1, 0.25, 0.5, 1, 2, 4]) lab.speed.add(new Option(`${s}×`, s, s === 1, s === 1));
  lab.find('.player').replaceChildren(button('First frame', 'first', () => video.seek(0)), button('Frame back', 'back', () => video.step(-1)), lab.play,
    button('Next frame', 'step', () => video.step(1)), button('Last frame', 'last', () => video.step(1e9)), lab.bar, lab.says, lab.speed);
  lab.root.addEventListener('keydown', (e) => deckKeyed(lab, e));
}

function togglePlay({ video }) { if (video.playing) video.pause(); else video.play(); }

function deckKeyed(lab, e) {
  const at = e.composedPath()[0];
  if (at.tagName === 'SELECT' || (at.tagName === 'INPUT' && at !== lab.bar)) return;
  const far = e.shiftKey ? 10 : 1, { video } = lab;
  if (e.key === 'ArrowRight') video.step(far);
  else if (e.key === 'ArrowLeft') video.step(-far);
  else if (e.key === 'Home') video.step(-1e9);
  else if (e.key === 'End') video.step(1e9);
  else if (e.key === ' ' && at.tagName !== 'BUTTON') togglePlay(lab);
  else return;
  e.preventDefault();
}

function seekTo({ video }, frame) {
  video.pause();
  video.seek(frame);
}

// Where the video stands, on the bar, in words and on the time lines.
function showPlace(lab, frame) {
  const { times } = lab.raw;
  lab.drawn++;
  lab.bar.value = frame;
  lab.says.textContent = `${frame + 1} / ${times.length} · ${times[frame].toFixed(2)} s`;
  movePlayhead(lab, frame);
  Object.assign(lab.root.dataset, { frame, drawn: lab.drawn });
}

function movePlayhead(lab, frame) {
  const line = lab.find('.lines .line'), head = lab.find('.head');
  if (!line) return;
  head.style.left = `${line.offsetLeft + (line.offsetWidth * (frame + 0.5)) / lab.raw.times.length}px`;
}

function showPlaying(lab) {
  const { playing } = lab.video;
  lab.play.replaceChildren(icon(playing ? 'pause' : 'play'));
  lab.play.title = lab.play.ariaLabel = playing ? 'Pause' : 'Play';
  lab.root.dataset.playing = playing;
}
