// What is new, without a reload. The page says which posts it shows and where somebody is at work.
//
//   [data-version]   a post, id="post-12", as it is shown
//   [data-busy]      … in which somebody writes: it is told what changed, and is left as it is
//   video[preload=none]  loads its first frame once it comes into sight
"use strict";
(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const isBusy = (post) => post.hasAttribute("data-busy") || all(".asked", post).some((each) => each.childElementCount)
    || all("textarea, input[type=text]", post).some((each) => each === document.activeElement || each.value !== each.defaultValue);
  const name = (post) => `${post.id.slice(5)}:${post.dataset.version}`;
  let skipped = 0;

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "live") return;
    const posts = all("[data-version]");
    event.detail.parameters.shown = posts.map(name).join(".");
    event.detail.parameters.busy = posts.filter(isBusy).map(name).join(".");
  });
  document.addEventListener("htmx:beforeRequest", (event) => { // a tab that nobody sees asks once a minute
    if (event.target.id === "live" && document.hidden && ++skipped % 12) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    const live = document.getElementById("live");
    if (!document.hidden && live) htmx.trigger(live, "look");
  });
  document.addEventListener("htmx:afterSettle", () => {
    const count = document.getElementById("count-queue");
    if (!count) return;
    const waiting = count.textContent.trim(), bare = document.title.replace(/^\(\d+\) /, "");
    document.title = waiting ? `(${waiting}) ${bare}` : bare;
  });

  const eyes = new IntersectionObserver((seen) => seen.filter((each) => each.isIntersecting).forEach(({ target }) => {
    target.preload = "metadata";
    eyes.unobserve(target);
  }), { rootMargin: "300px" });
  const watch = () => all("video[preload=none]").forEach((each) => eyes.observe(each));
  document.addEventListener("htmx:afterSettle", watch);
  watch();
})();
