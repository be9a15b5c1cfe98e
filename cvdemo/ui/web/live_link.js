// Frames on their way: by POST to the app's route, or as triggers of the component where there is no such route.

const NO_ROUTE = [404, 405, 501], LONGEST_WAIT = 60000, SHORTEST_WAIT = 5000;

// `owner` has settings, trigger(name, value), take(frame, answer) for an answer, lost(sentence, again) for none:
// `again` are the milliseconds after which the next frame may go.
class FrameLink {
  constructor(owner) {
    Object.assign(this, { owner, pending: null, sent: new Map(), byTrigger: false, patience: SHORTEST_WAIT, usual: 500 });
  }

  // Sends the picture of a canvas as a frame { id, ... }.
  async send(frame, canvas) {
    this.pending = frame;
    this.sent.set(frame.id, frame);
    this.watch(this.patience, () => this.giveUp(frame));
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.7));
    if (this.pending !== frame || !blob) return;
    if (this.byTrigger) this.sendTrigger(frame, await asBase64(blob));
    else await this.post(frame, blob, canvas);
  }

  sendTrigger(frame, jpeg) {
    if (this.pending !== frame) return;
    frame.on = true;
    this.owner.trigger('frame', { id: frame.id, jpeg });
  }

  async post(frame, blob, canvas) {
    const { url, ticket } = this.owner.settings;
    this.abort = new AbortController();
    try {
      const answer = await fetch(url, {
        method: 'POST', body: blob, signal: this.abort.signal, cache: 'no-store', credentials: 'same-origin',
        headers: { 'Content-Type': 'image/jpeg', 'X-Cvdemo-Ticket': ticket },
      });
      if (NO_ROUTE.includes(answer.status)) {
        this.byTrigger = true;
        return this.sendTrigger(frame, await asBase64(blob));
      }
      if (!answer.ok) return this.refused(frame, answer);
      this.arrived({ ...(await answer.json()), id: frame.id });
    } catch (error) {
      if (error.name !== 'AbortError') this.drop(frame, 'The server does not answer: trying again …', 1000);
    }
  }

  async refused(frame, answer) {
    const busy = answer.status === 429 || answer.status === 503;
    const { error } = busy ? {} : await answer.json().catch(() => ({}));
    this.drop(frame, busy ? 'The server is busy: trying again …' : error ?? `The server says ${answer.status}.`, busy ? 300 : 1000);
  }

  // An answer, perhaps to a frame that was given up: it still counts if no later one came.
  arrived(answer) {
    const frame = this.sent.get(answer.id);
    if (!frame) return;
    for (const [id, { number }] of this.sent) if (number <= frame.number) this.sent.delete(id);
    if (frame === this.pending) this.clear();
    if (answer.error) return this.owner.lost(answer.error, 1000);
    this.usual = performance.now() - frame.grabbed;
    this.patience = Math.max(SHORTEST_WAIT, Math.min(LONGEST_WAIT, 3 * this.usual));
    this.owner.take(frame, answer);
  }

  // A run that did not answer the frame on its way as a trigger: a run of the whole page may have thrown it away.
  passedOver() {
    const frame = this.pending;
    if (!this.byTrigger || !frame?.on || frame.passed) return;
    frame.passed = true;
    this.watch(Math.max(300, 2 * this.usual), () => this.drop(frame, '', 0));
  }

  giveUp(frame) {
    this.patience = Math.min(LONGEST_WAIT, 2 * this.patience);
    this.drop(frame, 'No answer for a while: trying again …', 0);
  }

  drop(frame, sentence, again) {
    if (this.pending !== frame) return;
    this.clear();
    this.abort?.abort();
    this.owner.lost(sentence, again);
  }

  watch(milliseconds, then) {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(then, milliseconds);
  }

  clear() {
    clearTimeout(this.watchdog);
    this.pending = null;
  }

  stop() {
    this.clear();
    this.abort?.abort();
    this.sent.clear();
  }
}

async function asBase64(blob) {
  const url = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(',') + 1);
}
