// The camera itself: asking for it, what went wrong in words, and keeping it over a moment without a component.

const CAMERA_REASONS = {
  NotAllowedError: 'The camera was not allowed: allow it beside the address, then start again.',
  NotFoundError: 'No camera was found.',
  NotReadableError: 'The camera is in use by another program.',
  OverconstrainedError: 'This camera is not there any more: choose another one.',
};
const PARKED_FOR = 1500; // milliseconds

// A stream of the camera with this id, or of any; throws an Error with a sentence for the visitor.
async function openCamera(deviceId) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error('The browser gives the camera to pages of https:// and of localhost only.');
  }
  const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
  if (deviceId) video.deviceId = { exact: deviceId };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video });
  } catch (error) {
    throw new Error(CAMERA_REASONS[error.name] ?? `The camera did not start: ${error.message}`);
  }
}

const closeCamera = (stream) => stream?.getTracks().forEach((track) => track.stop());

// A run of the whole page may take a component away and mount it again: the stream waits for the new one.
function parkCamera(stream) {
  closeParked();
  globalThis.cvdemoParked = { stream, timer: setTimeout(closeParked, PARKED_FOR) };
}

function closeParked() {
  closeCamera(takeParked());
}

function takeParked() {
  const parked = globalThis.cvdemoParked;
  clearTimeout(parked?.timer);
  globalThis.cvdemoParked = null;
  return parked?.stream ?? null;
}
