// A video of which every frame that is shown is known by its number, so that an overlay fits it exactly.
//
// Not a canvas over a <video>: that is a frame late at times. Each frame is taken from the video as a VideoFrame,
// `draw(picture, number)` draws it together with its overlay, and its own time says which one it is.
// Returns { load(url, times), seek(number), step(by), play(), pause(), rate(speed), playing, index }.
function frameVideo(video, { draw, changed }) {
  const v = { times: [], index: -1, wanted: null, seeking: false, retries: 0, playing: false, speed: 1 };
  v.load = (url, times) => {
    v.pause();
    Object.assign(v, { times, index: -1, wanted: null, seeking: false, retries: 0 });
    video.src = url;
    video.load();
  };
  v.seek = (number) => {
    v.wanted = Math.max(0, Math.min(v.times.length - 1, number));
    if (!v.seeking) startSeek(v, video);
  };
  v.step = (by) => { v.pause(); v.seek((v.wanted ?? v.index) + by); };
  v.rate = (speed) => { v.speed = video.playbackRate = speed; };
  v.play = () => {
    if (v.playing || !v.times.length) return;
    if ((v.wanted ?? v.index) >= v.times.length - 1) v.seek(0);
    v.playing = true;
    if (!v.seeking) startPlaying(v, video);
    changed();
  };
  v.pause = () => {
    const was = v.playing;
    v.playing = false;
    video.pause();
    if (was) changed();
  };
  v.show = () => showFrame(v, video, draw);
  video.onseeked = () => {
    const target = v.seeking;
    v.seeking = false;
    afterSeek(v, video, target);
  };
  video.onloadeddata = () => { video.playbackRate = v.speed; if (v.index < 0) v.seek(v.wanted ?? 0); };
  video.onended = () => { if (v.playing) { v.pause(); v.seek(v.times.length - 1); } };
  return v;
}

// The middle of a frame's time on the screen: its beginning may round to the frame before.
function middleOf(times, number) {
  const next = times[number + 1] ?? times[number] + (times[1] - times[0] || 0.04);
  return (times[number] + next) / 2;
}

// The number of the frame whose time is nearest.
function frameAt(times, seconds) {
  let low = 0, high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] + times[middle + 1] < 2 * seconds) low = middle + 1; else high = middle;
  }
  return low;
}

// One seek at a time: what is asked for meanwhile waits in `wanted`.
function startSeek(v, video) {
  if (video.readyState < 1) return;
  v.seeking = v.wanted;
  if (v.playing) video.pause();
  video.currentTime = Math.min(middleOf(v.times, v.wanted), Math.max(0, video.duration - 1e-3));
}

// Show what was sought; go on where another frame is wanted by now, or, a few times, where it came out otherwise.
function afterSeek(v, video, target) {
  v.show();
  const other = v.wanted !== null && v.wanted !== target;
  if (other || (v.index !== target && v.retries < 5)) {
    v.retries = other ? 0 : v.retries + 1;
    startSeek(v, video);
    return;
  }
  Object.assign(v, { wanted: null, retries: 0 });
  if (v.playing) startPlaying(v, video);
}

function startPlaying(v, video) {
  video.playbackRate = v.speed;
  const next = () => {
    if (!v.playing || v.seeking !== false) return;
    v.show();
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
  video.play().catch(() => v.pause());
}

function showFrame(v, video, draw) {
  if (video.readyState < 2 || !v.times.length) return;
  const frame = new VideoFrame(video);
  v.index = frameAt(v.times, frame.timestamp / 1e6);
  draw(frame, v.index);
  frame.close();
}
