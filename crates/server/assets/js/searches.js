// Recent searches, kept on this device only.

const KEY = 'recent-searches';
const KEPT = 8;

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
    // The device keeps nothing; searching works all the same.
  }
};

const section = document.querySelector('[data-recent]');
const list = section.querySelector('[data-recent-list]');
const searched = document.querySelector('[data-search]').value.trim();
if (searched) write([searched, ...read().filter((word) => word !== searched)].slice(0, KEPT));

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
