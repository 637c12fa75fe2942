// Recent searches, stored on this device only.

const KEY = 'recent-searches';
const MAX_SEARCHES = 8;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
};
const write = (words) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(words));
  } catch {
    // Storage is not available; searching works without it.
  }
};

const section = document.querySelector('[data-recent]');
const list = section.querySelector('[data-recent-list]');
const searched = document.querySelector('[data-search]').value.trim();
if (searched) write([searched, ...read().filter((word) => word !== searched)].slice(0, MAX_SEARCHES));

const recent = read();
for (const word of recent) {
  const item = section.querySelector('template').content.cloneNode(true);
  const link = item.querySelector('a');
  link.textContent = word;
  link.href = `/explore/people?q=${encodeURIComponent(word)}`;
  list.append(item);
}
section.hidden = recent.length === 0;
section.querySelector('[data-forget]').addEventListener('click', () => {
  write([]);
  section.hidden = true;
});
