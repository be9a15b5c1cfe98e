// A live camera: one small JPEG at a time goes to Python, what the model finds comes back and lies over the video.
// The next frame goes when the answer to the last is drawn, so the rate finds itself. `data` is JSON: settings, and
// the last answer where frames go as triggers.
// uses live_stream live_link live_paint
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.live');
  const camera = root.camera ?? (root.camera = new LiveCamera(root));
  camera.trigger = setTriggerValue; // belongs to this run of the fragment: the newest one counts
  camera.settings = data;
  if (data.answer) camera.link.arrived(data.answer);
  camera.link.passedOver();
  // Called too when a newer run overtook this one: only a component that is gone gives the camera back.
  return () => { if (!parentElement.isConnected) camera.park(); };
}

const REMEMBERED = 300; // frames whose times are kept

class LiveCamera {
  constructor(root) {
    const find = (s) => root.querySelector(s);
    Object.assign(this, { root, stage: find('.stage'), video: find('video'), small: document.createElement('canvas'),
      link: new FrameLink(this), times: [], count: 0, missed: 0, stream: null, epoch: Math.random().toString(36).slice(2, 8) });
    find('.start').onclick = () => (this.stream ? this.stop() : this.start());
    find('.device').onchange = (e) => { this.stop(); this.start(e.target.value); };
    find('.mirror').onchange = (e) => root.classList.toggle('mirrored', e.target.checked);
    this.awake = () => { if (!document.hidden) this.next(); };
    const parked = takeParked();
    if (parked) setTimeout(() => this.run(parked));
  }

  say(sentence) { this.root.querySelector('.says').textContent = sentence; }

  async start(deviceId) {
    this.say('Waiting for the camera …');
    try {
      const stream = await openCamera(deviceId);
      if (!this.root.isConnected) return closeCamera(stream); // the page went meanwhile
      await this.run(stream);
      await this.listDevices();
    } catch (error) {
      this.say(error.message);
    }
  }

  async run(stream) {
    this.stream = stream;
    stream.getVideoTracks()[0].onended = () => this.stop('The camera was unplugged.');
    this.video.srcObject = stream;
    await this.video.play();
    if (this.stream !== stream) return;
    this.stage.style.aspectRatio = `${this.video.videoWidth} / ${this.video.videoHeight}`;
    this.root.classList.add('running');
    this.root.querySelector('.start').textContent = 'Stop';
    document.addEventListener('visibilitychange', this.awake);
    this.say('');
    this.fresh = true;
    const follow = () => {
      if (this.stream !== stream) return;
      this.fresh = true;
      if (this.hungry) this.next();
      this.video.requestVideoFrameCallback(follow);
    };
    this.video.requestVideoFrameCallback?.(follow);
    this.next();
  }

  async listDevices() {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
    const list = this.root.querySelector('.device'), now = this.stream?.getVideoTracks()[0].getSettings().deviceId;
    list.hidden = cameras.length < 2;
    list.replaceChildren(...cameras.map(({ deviceId, label }, k) => new Option(label || `Camera ${k + 1}`, deviceId, false, deviceId === now)));
  }

  stop(sentence = '') {
    clearTimeout(this.later);
    document.removeEventListener('visibilitychange', this.awake);
    closeCamera(this.stream);
    this.stream = this.video.srcObject = null;
    this.link.stop();
    for (const canvas of this.stage.querySelectorAll('canvas')) canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
    this.root.classList.remove('running');
    this.root.querySelector('.start').textContent = 'Start the camera';
    this.root.querySelector('.figures').textContent = '';
    showLegend(this.root.querySelector('.legend'));
    this.say(sentence);
  }

  // Taken away: by another page, or by a run that mounts it again at once and then finds the stream here.
  park() {
    const { stream } = this;
    if (!stream) return;
    this.stream = null;
    this.stop();
    parkCamera(stream);
  }

  // Grabs the next frame, unless one is on its way; of a camera slower than the answers, only a new one.
  next() {
    if (!this.stream || this.link.pending || document.hidden) return;
    if (!this.root.isConnected) return this.park();
    this.hungry = !this.fresh && 'requestVideoFrameCallback' in this.video;
    if (this.hungry) return;
    this.fresh = false;
    const { videoWidth, videoHeight } = this.video, width = Math.min(this.settings.width, videoWidth);
    const height = Math.round((width * videoHeight) / videoWidth);
    sizeCanvas(this.small, width, height);
    const number = ++this.count, frame = { id: `${this.epoch}-${number}`, number, width, height, grabbed: performance.now() };
    this.small.getContext('2d', { willReadFrequently: true }).drawImage(this.video, 0, 0, width, height);
    this.link.send(frame, this.small);
  }

  take(frame, answer) {
    this.answer = answer;
    if (!this.stream) return;
    const { settings, stage } = this, mirrored = this.root.classList.contains('mirrored');
    paintAnswer(stage, answer, frame, { ...settings, mirrored });
    paintLabels(stage, answer, settings.opacity, () => this.stream && this.answer === answer);
    showLegend(this.root.querySelector('.legend'), answer.legend);
    this.times.push({ drawn: performance.now(), milliseconds: performance.now() - frame.grabbed, ...answer.times });
    if (this.times.length > REMEMBERED) this.times.shift();
    this.showFigures();
    this.next();
  }

  showFigures() {
    const last = this.times.slice(-12), { milliseconds, network } = last.at(-1);
    const rate = last.length > 1 ? (1000 * (last.length - 1)) / (last.at(-1).drawn - last[0].drawn) : 0;
    const figures = this.root.querySelector('.figures');
    figures.textContent = `${rate.toFixed(1)} frames/s · answers ${milliseconds.toFixed(0)} ms late · network ${network.toFixed(0)} ms`;
    figures.title = this.link.byTrigger ? 'Frames go with Streamlit’s own messages' : 'Frames go to the app’s own route';
    if (this.root.querySelector('.says').textContent) this.say('');
  }

  lost(sentence, again) {
    this.missed += 1;
    if (sentence) this.say(sentence);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.next(), again);
  }
}
