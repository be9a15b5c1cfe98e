// Presenter mode: the attribute data-presenting of <html>, its keys, the page's question, a strip with the station.
// The browser switches the mode and moves on at once; Python hears of it and answers with the page or station.
// uses lib/icons present_clock present_drawn present_fit sidebar_lists
const HOLDS = 'input, textarea, select, video, audio, canvas, iframe, [contenteditable=""], [contenteditable=true],'
  + '[role=slider], [role=spinbutton], [role=listbox], [role=option], [role=combobox], [role=tab], [role=radiogroup],'
  + '[role=grid], [role=menu], [role=dialog], [role=application], [data-testid=stButtonGroup]';
const TYPED = 'input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=""],'
  + '[contenteditable=true], [role=combobox]';
const PATIENT = 6000, TRIES = 4; // milliseconds until a move that nobody answered is sent again, and how often
const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.present');
  const presenter = root.presenter ?? (root.presenter = new Presenter(root));
  presenter.tell = (said) => setTriggerValue('said', said);
  presenter.take(data);
  return () => { if (!parentElement.isConnected) presenter.end(); };
}

class Presenter {
  constructor(root) {
    const find = (s) => root.querySelector(s);
    Object.assign(this, { root, find, on: false, asked: null, want: null, sent: null, tries: 0, fit: new PictureFit(), clock: new LectureClock(find('.clock')) });
    find('.back').append(icon('back'));
    find('.on').append(icon('play'));
    find('.back').onclick = () => this.move(-1);
    find('.on').onclick = () => this.move(1);
    find('.enter').onclick = () => this.choose(true);
    find('.leave').onclick = () => this.choose(false);
    find('.look').onclick = () => this.look();
    this.drawn = new PageDrawn();
    this.lists = new SidebarLists();
    this.ended = new AbortController();
    const { signal } = this.ended;
    document.addEventListener('keydown', (e) => this.key(e), { signal });
    for (const kind of ['focusin', 'focusout']) document.addEventListener(kind, () => setTimeout(() => this.held()), { signal });
  }

  end() {
    this.ended.abort();
    this.drawn.end();
    this.lists.end();
    this.clock.stop();
    this.show(false);
  }

  // Streamlit loses the value of a widget that the browser has not drawn yet when the next run begins.
  async say(said) {
    await this.drawn.wait();
    this.tell(said);
  }

  take(data) {
    const another = !this.data || data.page !== this.data.page || data.place !== this.data.place;
    this.data = data;
    if (data.arrived && (this.sent === null || this.sent === data.place)) this.arrive();
    if (this.asked === null) this.on = data.on;
    else if (this.asked === data.on) this.asked = null;
    const script = this.clock.take(data);
    if (script && !this.resumed) this.say(this.resumed = script);
    this.show(this.on);
    if (another) document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0);
  }

  // The visitor's own switch; until Python knows it, what Python says is older.
  choose(on) {
    this.on = this.asked = on;
    this.show(on);
    this.say({ on });
    if (on) this.free();
  }

  show(on) {
    const { data, find } = this, asks = Boolean(data.question);
    this.root.classList.toggle('presenting', on);
    if (on) document.documentElement.dataset.presenting = asks ? 'asks' : '';
    else delete document.documentElement.dataset.presenting;
    this.fit.watch(on);
    find('.head').classList.toggle('asks', asks);
    find('.title').textContent = data.title;
    find('.question').textContent = data.question;
    const place = this.want ?? data.place;
    find('.number').textContent = place < 0 ? '' : `${place + 1} / ${data.count}`;
    find('.back').disabled = place <= 0;
    find('.on').disabled = place >= data.count - 1;
    const say = data.station?.say ?? '';
    if (find('.say').textContent !== say) find('.say').textContent = say;
    this.held();
  }

  move(step) {
    const place = Math.max(0, Math.min((this.want ?? this.data.place) + step, this.data.count - 1));
    if (place === (this.want ?? this.data.place)) return;
    this.want = place;
    this.tries = 0;
    this.show(this.on);
    if (this.sent === null) this.send();
  }

  // One move at a time: a second one while Python opens a page would undo the first.
  send() {
    this.sent = this.want;
    this.say({ to: this.sent });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => (++this.tries < TRIES ? this.send() : this.arrive(true)), PATIENT);
  }

  arrive(giveUp = false) {
    clearTimeout(this.patience);
    this.sent = null;
    if (giveUp || this.want === this.data.place) this.want = null;
    if (this.want !== null) this.send();
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const path = event.composedPath();
    if (event.key === 'p' || event.key === 'P') {
      if (!within(path, TYPED)) this.choose(!this.on);
    } else if (this.on && (event.key === 'f' || event.key === 'F')) {
      if (!within(path, TYPED)) this.look();
    } else if (this.on && event.key === 'Escape') {
      if (document.querySelector('[data-testid=stPopoverBody], [role=dialog]') || within(path, '[aria-expanded=true]')) return;
      if (this.holder(path)) this.free();
      else this.choose(false);
    } else if (this.on && STEPS[event.key] && !event.shiftKey && !this.holder(path)) {
      event.preventDefault();
      this.move(STEPS[event.key]);
    }
  }

  look() {
    const main = document.querySelector('[data-testid=stMain]'), picture = largestPicture();
    const free = main.clientHeight - this.find('.strip').offsetHeight;
    const box = picture?.getBoundingClientRect();
    if (!box || Math.abs(box.top + box.height / 2 - free / 2) < 4) main.scrollTo(0, 0);
    else main.scrollTo(0, main.scrollTop + box.top + box.height / 2 - free / 2);
  }

  // Whether the keys belong to what has the focus: a widget, or anything within a component but this one.
  holder(path) {
    if (path.includes(this.root)) return false;
    return path.some((part) => part instanceof ShadowRoot) || within(path, HOLDS);
  }

  held() {
    this.root.classList.toggle('holding', this.on && this.holder(pathOf(focused())));
  }

  free() {
    const active = focused();
    if (active && !this.root.contains(active)) active.blur();
    this.held();
  }
}

const within = (path, selector) => path.some((part) => part.matches?.(selector));

function focused() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

function pathOf(part) {
  const path = [];
  for (; part; part = part.parentNode ?? part.host) path.push(part);
  return path;
}
