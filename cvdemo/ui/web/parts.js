// A long page's parts: a row of buttons that stays in sight and jumps to the headings.
const SCREENS = 3, FEWEST = 2, PATIENCE = 400;

function headings(main) {
  return [...main.querySelectorAll('h2, h3, h4')].filter((h) => h.offsetParent && h.textContent.trim());
}

function jump(heading) {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  heading.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function show(nav, main) {
  const found = main.scrollHeight > SCREENS * main.clientHeight ? headings(main) : [];
  const parts = found.length < FEWEST ? [] : found;
  const names = parts.map((h) => h.textContent.trim());
  if (names.join('\n') !== nav.names) {
    nav.names = names.join('\n');
    nav.replaceChildren(...names.map((name) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = name;
      return button;
    }));
    nav.hidden = !parts.length;
    nav.getRootNode().host?.closest('.st-key-page-parts')?.classList.toggle('shown', parts.length > 0);
  }
  nav.parts = parts;
  [...nav.children].forEach((button, k) => (button.onclick = () => jump(nav.parts[k])));
}

export default function ({ parentElement }) {
  const nav = parentElement.querySelector('nav');
  const main = document.querySelector('[data-testid="stMain"]');
  const block = main?.querySelector('.stMainBlockContainer');
  if (!block || nav.watched) return;
  nav.watched = true;
  let later = 0;
  const soon = () => {
    clearTimeout(later);
    later = setTimeout(() => (nav.isConnected ? show(nav, main) : stop()), PATIENCE);
  };
  const changes = new MutationObserver(soon), sizes = new ResizeObserver(soon);
  const stop = () => (changes.disconnect(), sizes.disconnect());
  changes.observe(block, { childList: true, subtree: true });
  sizes.observe(block);
  soon();
}
