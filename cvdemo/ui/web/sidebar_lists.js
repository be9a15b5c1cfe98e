// The sidebar's sections are lists to a screen reader: Streamlit's lie in one whose children are no items.
class SidebarLists {
  constructor() {
    this.observer = new MutationObserver(() => this.name());
    this.observer.observe(document.body, { childList: true, subtree: true });
    this.name();
  }

  name() {
    for (const items of document.querySelectorAll('[data-testid=stSidebarNavItems]:has(> div)')) {
      items.role = 'presentation';
      for (const item of items.querySelectorAll('li')) {
        if (item.parentElement === items) item.role = 'presentation';
        else item.parentElement.role = 'list';
      }
    }
  }

  end() {
    this.observer.disconnect();
  }
}
