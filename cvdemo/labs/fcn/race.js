// The race: both runs replayed at the ratio of their measured seconds, the slower one in a few seconds.
const RACE = 5; // seconds of the slower one on the screen

function startRace(lab) {
  cancelAnimationFrame(lab.frame);
  const slow = Math.max(...lab.sides.map((s) => s.seconds));
  const began = performance.now();
  const step = (now) => {
    const passed = ((now - began) / 1000) * (slow / RACE); // measured seconds so far
    lab.sides.forEach((side) => { side.share = Math.min(1, passed / side.seconds); side.draw(); });
    if (lab.sides.some((side) => side.share < 1)) lab.frame = requestAnimationFrame(step);
  };
  lab.frame = requestAnimationFrame(step);
}

function paceOf(lab) {
  const slow = Math.max(...lab.sides.map((s) => s.seconds)), times = RACE / slow;
  return times >= 1 ? `shown ${times.toPrecision(2)} × slower` : `shown ${(1 / times).toPrecision(2)} × faster`;
}

// 1234 as 1,234; millions and more in words.
function counted(v) {
  if (v >= 1e9) return `${(v / 1e9).toPrecision(3)} bn`;
  if (v >= 1e6) return `${(v / 1e6).toPrecision(3)} m`;
  return Math.round(v).toLocaleString('en-US');
}

function lasted(seconds) {
  return seconds >= 1 ? `${seconds.toFixed(2)} s` : `${(1000 * seconds).toFixed(seconds < 0.0995 ? 1 : 0)} ms`;
}
