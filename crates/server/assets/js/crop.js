// The chosen profile picture is shown as the square that will be sent, to be moved and zoomed; what leaves
// the device is that square. Where a browser can't, the whole picture is sent as it is.

const SIDE_MAX = 1024;
const ZOOM_MAX = 4;
const QUALITY = 0.9;
/** Part of the square that an arrow key moves it by. */
const STEP = 0.05;

const box = document.querySelector('[data-crop]');
const view = box.querySelector('[data-crop-view]');
const canvas = view.querySelector('canvas');
const zoom = box.querySelector('[data-crop-zoom]');
const input = document.querySelector('[data-crop-file]');
const form = input.form;

/** The picture, how large it is seen, and the middle of the square in the picture's own pixels. */
let picture = null;
let scale = 1;
let [x, y] = [0, 0];

const side = () => Math.min(picture.width, picture.height) / scale;
const between = (value, margin, end) => Math.min(Math.max(value, margin), end - margin);

function draw(target = canvas) {
  const length = side();
  x = between(x, length / 2, picture.width);
  y = between(y, length / 2, picture.height);
  const context = target.getContext('2d');
  // JPEG knows no transparency: what is clear becomes paper, not black.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, target.width, target.height);
  context.drawImage(picture, x - length / 2, y - length / 2, length, length, 0, 0, target.width, target.height);
}

/** Moves the picture below the square by a part of the square's side. */
function move(right, down) {
  x -= right * side();
  y -= down * side();
  draw();
}

function zoomTo(value) {
  scale = Math.min(Math.max(value, 1), ZOOM_MAX);
  // The slider knows steps only; fingers know none.
  zoom.value = scale;
  draw();
}

async function choose() {
  picture?.close();
  picture = null;
  const [file] = input.files;
  try {
    if (file) picture = await createImageBitmap(file);
  } catch {
    // Not a picture that this browser can read: the server says what is wrong with it.
  }
  box.hidden = !picture;
  if (!picture) return;
  [x, y] = [picture.width / 2, picture.height / 2];
  zoomTo(1);
}

/** The square as a file. */
async function cut() {
  const target = document.createElement('canvas');
  target.width = target.height = Math.min(SIDE_MAX, Math.round(side()));
  draw(target);
  const blob = await new Promise((done) => target.toBlob(done, 'image/jpeg', QUALITY));
  const files = new DataTransfer();
  files.items.add(new File([blob], 'profile.jpg', { type: blob.type }));
  return files.files;
}

const fingers = new Map();
const spread = () => {
  const [a, b] = fingers.values();
  return Math.hypot(a.x - b.x, a.y - b.y);
};

view.addEventListener('pointerdown', (event) => {
  view.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
view.addEventListener('pointermove', (event) => {
  const last = fingers.get(event.pointerId);
  if (!last) return;
  const before = fingers.size === 2 ? spread() : 0;
  const width = view.clientWidth * fingers.size;
  move((event.clientX - last.x) / width, (event.clientY - last.y) / width);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (before) zoomTo(scale * spread() / before);
});
for (const name of ['pointerup', 'pointercancel']) {
  view.addEventListener(name, (event) => fingers.delete(event.pointerId));
}

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
view.addEventListener('keydown', (event) => {
  const arrow = ARROWS[event.key];
  if (!arrow) return;
  event.preventDefault();
  move(arrow[0] * STEP, arrow[1] * STEP);
});

zoom.addEventListener('input', () => zoomTo(zoom.valueAsNumber));
input.addEventListener('change', choose);

form.addEventListener('submit', async (event) => {
  if (!picture) return;
  event.preventDefault();
  const sending = picture;
  try {
    input.files = await cut();
  } catch {
    // The whole picture is sent.
  }
  picture = null;
  sending.close();
  form.submit();
});
