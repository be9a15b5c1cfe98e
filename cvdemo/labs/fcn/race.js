// The race: both runs replayed at the ratio of their measured seconds, the slower one in a few seconds.
// uses lib/animate lib/numbers
const RACE = 5; // seconds of the slower one on the screen

function startRace(lab) {
  const slow = Math.max(...lab.sides.map((s) => s.seconds));
  animate(lab, 1000 * RACE, (share) => {
    lab.sides.forEach((side) => { side.share = Math.min(1, (share * slow) / side.seconds); side.draw(); });
  });
}

function paceOf(lab) {
  const slow = Math.max(...lab.sides.map((s) => s.seconds)), times = RACE / slow;
  return times >= 1 ? `shown ${times.toPrecision(2)} × slower` : `shown ${(1 / times).toPrecision(2)} × faster`;
}

// 1234 as 1,234; millions and more in words.
function counted(v) {
  if (v >= 1e9) return `${(v / 1e9).toPrecision(3)} bn`;
  if (v >= 1e6) return `${(v / 1e6).toPrecision(3)} m`;
  return grouped(Math.round(v));
}

function lasted(seconds) {
  return seconds >= 1 ? `${seconds.toFixed(2)} s` : `${(1000 * seconds).toFixed(seconds < 0.0995 ? 1 : 0)} ms`;
}
