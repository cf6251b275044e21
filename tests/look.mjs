// What can be measured of a page that is shown.

/** Runs in the page: how wide it is, its faintest words, its colours and its buttons. */
export function look() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => {
      const s = v / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let faintest = { ratio: 21 };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const box = element.getBoundingClientRect();
    if (!node.data.replaceAll("\u00a0", " ").trim() || !box.width || !box.height) continue;
    const [dark, light] = [channels(getComputedStyle(element).color), ground(element)]
      .map(luminance)
      .sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < faintest.ratio) faintest = { ratio, text: node.data.trim() };
  }
  const hidden = document.body.firstElementChild.getBoundingClientRect();
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    faintest,
    ground: getComputedStyle(document.body).backgroundColor,
    preheaderShows: hidden.height > 0,
    buttons: [...document.querySelectorAll("a.button, button")].map((one) => one.getBoundingClientRect().height),
  };
}
