// The lecture's clock: minutes since the script was started, beside those planned at its station. It goes on after
// a reload, in this tab, and so does a script of one's own.
const STORED = 'cvdemo-lecture';

// Seconds as minutes and seconds, 754 -> "12:34".
function minutesText(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

// Seconds behind the plan (negative: ahead of it) of someone at a station that is planned from begin to end.
function secondsBehind(elapsed, begin, end) {
  return elapsed < begin ? elapsed - begin : Math.max(0, elapsed - end);
}

class LectureClock {
  constructor(place) {
    this.place = place;
    this.timer = 0;
  }

  // Takes the station over; gives what Python has to be told to go on with one's own script, else nothing.
  take({ station, run, script }) {
    this.station = station;
    if (!station) return this.stop();
    let kept = this.kept();
    if (!kept || (run && run !== kept.run)) kept = { run, script, zero: Date.now() - station.begin * 60000 };
    const resume = !run && kept.script ? { resume: kept.script, run: kept.run } : null;
    this.keep(this.now = resume ? kept : { ...kept, script });
    this.timer ||= setInterval(() => this.show(), 1000);
    this.show();
    return resume;
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.place.replaceChildren();
  }

  show() {
    const elapsed = (Date.now() - this.now.zero) / 1000, { begin, end } = this.station;
    const late = secondsBehind(elapsed, begin * 60, end * 60);
    const [kind, word] = late <= -1 ? ['ahead', `${minutesText(late)} ahead`] : late >= 1 ? ['behind', `${minutesText(late)} behind`] : ['', 'on time'];
    const pace = Object.assign(document.createElement('span'), { className: kind, textContent: word });
    const now = Object.assign(document.createElement('b'), { textContent: minutesText(elapsed) });
    this.place.replaceChildren(now, ` · planned ${minutesText(begin * 60)} to ${minutesText(end * 60)} · `, pace);
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(STORED));
    } catch { // no storage allowed, or not ours
      return null;
    }
  }

  keep(value) {
    try {
      sessionStorage.setItem(STORED, JSON.stringify(value));
    } catch { // the clock lasts as long as the page
    }
  }
}
