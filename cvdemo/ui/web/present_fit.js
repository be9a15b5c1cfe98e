// Pictures within components no higher than the window: a component whose largest picture is higher gets narrower.
const HOSTS = '[data-testid=stMain] [data-testid=stBidiComponentIsolated]';
const PICTURES = 'img, canvas, video, .js-plotly-plot';
const FREE = 0.9; // of the window's height

class PictureFit {
  constructor() {
    this.sizes = new ResizeObserver((entries) => { for (const { target } of entries) this.fit(target); });
    this.news = new MutationObserver(() => this.look());
    this.again = () => { for (const host of document.querySelectorAll(HOSTS)) this.fit(host, true); };
  }

  watch(on) {
    if (on === Boolean(this.on)) return;
    this.on = on;
    if (on) {
      this.news.observe(document.querySelector('[data-testid=stMain]') ?? document.body, { childList: true, subtree: true });
      window.addEventListener('resize', this.again);
      this.look();
    } else {
      this.news.disconnect();
      this.sizes.disconnect();
      window.removeEventListener('resize', this.again);
      for (const host of document.querySelectorAll(HOSTS)) host.style.maxWidth = '';
    }
  }

  look() {
    for (const host of document.querySelectorAll(HOSTS)) this.sizes.observe(host);
  }

  fit(host, anew) {
    if (!this.on) return;
    if (anew) host.style.maxWidth = '';
    const most = FREE * window.innerHeight, height = tallest(host.shadowRoot), width = host.clientWidth;
    if (height <= most + 1 || !width) return;
    host.style.maxWidth = `${Math.floor((width * most) / height)}px`;
    if (tallest(host.shadowRoot) >= height) host.style.maxWidth = ''; // its parts went below one another
  }
}

// The picture of the largest area on the page, within a component or not.
function largestPicture() {
  const places = [document.querySelector('[data-testid=stMain]'), ...[...document.querySelectorAll(HOSTS)].map((host) => host.shadowRoot)];
  const pictures = places.flatMap((place) => [...(place?.querySelectorAll(PICTURES) ?? [])]);
  const area = (each) => each.clientWidth * each.clientHeight;
  return pictures.sort((a, b) => area(b) - area(a))[0];
}

// The height of the highest picture.
function tallest(part) {
  return Math.max(0, ...[...(part?.querySelectorAll(PICTURES) ?? [])].map((each) => each.clientHeight));
}
