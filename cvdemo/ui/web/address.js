// The page's address: a change within a page replaces the entry of the browser's history, as Streamlit alone
// would add one for each; and a page that is entered without parameters gets those that it kept.
const PUSH = "cvdemoPushState", ENTRY = "cvdemoEntry", PATIENCE = 3000;

function replaceWithinAPage() {
  if (window[PUSH]) return;
  const push = (window[PUSH] = window.history.pushState);
  const isHere = (url) => url != null && new URL(url, location.href).pathname === location.pathname;
  let later = 0;
  function replace(...entry) {
    clearTimeout(later);
    try {
      window.history.replaceState(...entry);
    } catch { // Safari allows a hundred changes in thirty seconds
      later = setTimeout(() => isHere(entry[2]) && replace(...entry), 2000);
    }
  }
  window.history.pushState = function (...entry) {
    if (isHere(entry[2])) replace(...entry);
    else push.apply(window.history, entry);
  };
}

function restore({ page, query, app }, isCurrent) {
  const until = performance.now() + PATIENCE;
  (function whenThere() {
    if (!isCurrent()) return;
    if (location.pathname.split("/").filter(Boolean).pop() !== page) {
      // Streamlit changes the path a moment after it has drawn the page.
      if (performance.now() < until) requestAnimationFrame(whenThere);
      return;
    }
    const parameters = new URLSearchParams(location.search);
    const given = new Set(parameters.keys());
    if ([...given].some((name) => !name.startsWith("embed") && !app.includes(name))) return;
    for (const [name, value] of new URLSearchParams(query)) if (!given.has(name)) parameters.append(name, value);
    window.history.replaceState({}, "", `${location.pathname}?${parameters}`);
  })();
}

export default function ({ data }) {
  replaceWithinAPage();
  if (window[ENTRY] === data.entry) return;
  window[ENTRY] = data.entry;
  if (data.query) restore(data, () => window[ENTRY] === data.entry);
}
