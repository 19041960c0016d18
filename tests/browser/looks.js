// What a page looks like, asked by test_pages.py.
({
  words: (each) => each.outerHTML.slice(0, 120),

  // What makes the page scroll sideways.
  sideways() {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    return [...document.querySelectorAll("body *")]
      .filter((each) => each.getBoundingClientRect().right > wide + 1)
      .map(this.words).slice(0, 5);
  },

  // Buttons and fields that are smaller than 24 px (WCAG 2.2, 2.5.8).
  cramped() {
    const pressed = "button, summary, select, input:not([type=hidden]), a.button";
    return [...document.querySelectorAll(pressed)]
      .filter((each) => each.getClientRects().length)
      .filter((each) => {
        const box = (each.closest("label") || each).getBoundingClientRect();
        return (box.width < 24 || box.height < 24) && box.width > 1;
      }).map(this.words);
  },

  // What can be pressed, and not be reached by Tab.
  unreachable() {
    const pressed = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    return [...document.querySelectorAll(pressed)]
      .filter((each) => each.checkVisibility({ visibilityProperty: true }))
      .filter((each) => !each.disabled && each.tabIndex < 0).map(this.words);
  },

  // What has the focus and does not show it; "" where it does.
  unseen() {
    const at = document.activeElement;
    if (!at || at === document.body) return "";
    const seen = (each) => {
      const style = getComputedStyle(each);
      const line = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
      return line || style.boxShadow !== "none";
    };
    const label = at.closest("label");
    return seen(at) || (label && seen(label)) ? "" : this.words(at);
  },
})
