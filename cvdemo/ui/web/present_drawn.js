// When the page that Python sent stands in the browser: nothing is a placeholder, nothing changed for a moment.
const QUIET = 150, LONGEST = 2000; // milliseconds

class PageDrawn {
  constructor() {
    this.changed = performance.now();
    this.observer = new MutationObserver(() => { this.changed = performance.now(); });
    this.observer.observe(document.body, { childList: true, subtree: true });
  }

  async wait() {
    const began = performance.now();
    while (!this.is() && performance.now() - began < LONGEST) await new Promise((then) => setTimeout(then, 30));
  }

  is() {
    return performance.now() - this.changed >= QUIET && !document.querySelector('[data-testid=stSkeleton]');
  }

  end() {
    this.observer.disconnect();
  }
}
