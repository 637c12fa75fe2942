// Crops the chosen profile picture to a square that can be moved and zoomed; only that square is uploaded.
// A browser that can't crop uploads the whole picture.

const SIDE_MAX = 1024;
const ZOOM_MAX = 4;
const QUALITY = 0.9;
/** How far an arrow key moves the square, as a fraction of its side. */
const STEP = 0.05;

const box = document.querySelector('[data-crop]');
const view = box.querySelector('[data-crop-view]');
const canvas = view.querySelector('canvas');
const zoom = box.querySelector('[data-crop-zoom]');
const input = document.querySelector('[data-crop-file]');
const form = input.form;

/** The picture, the zoom factor, and the centre of the square in pixels of the picture. */
let picture = null;
let scale = 1;
let [x, y] = [0, 0];

const side = () => Math.min(picture.width, picture.height) / scale;
const clamp = (value, margin, end) => Math.min(Math.max(value, margin), end - margin);

function draw(target = canvas) {
  const length = side();
  x = clamp(x, length / 2, picture.width);
  y = clamp(y, length / 2, picture.height);
  const context = target.getContext('2d');
  // JPEG has no transparency: transparent pixels become white, not black.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, target.width, target.height);
  context.drawImage(picture, x - length / 2, y - length / 2, length, length, 0, 0, target.width, target.height);
}

/** Moves the picture under the square by fractions of the square's side. */
function move(right, down) {
  x -= right * side();
  y -= down * side();
  draw();
}

function zoomTo(value) {
  scale = Math.min(Math.max(value, 1), ZOOM_MAX);
  // The slider rounds to its steps; a pinch does not.
  zoom.value = scale;
  draw();
}

async function loadChosenFile() {
  picture?.close();
  picture = null;
  const [file] = input.files;
  try {
    if (file) picture = await createImageBitmap(file);
  } catch {
    // This browser can't decode the file: the server answers with the error.
  }
  box.hidden = !picture;
  if (!picture) return;
  [x, y] = [picture.width / 2, picture.height / 2];
  zoomTo(1);
}

/** Returns the square as a list of one file. */
async function cropToFile() {
  const target = document.createElement('canvas');
  target.width = target.height = Math.min(SIDE_MAX, Math.round(side()));
  draw(target);
  const blob = await new Promise((done) => target.toBlob(done, 'image/jpeg', QUALITY));
  const files = new DataTransfer();
  files.items.add(new File([blob], 'profile.jpg', { type: blob.type }));
  return files.files;
}

const pointers = new Map();
const pinchDistance = () => {
  const [a, b] = pointers.values();
  return Math.hypot(a.x - b.x, a.y - b.y);
};

view.addEventListener('pointerdown', (event) => {
  view.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
view.addEventListener('pointermove', (event) => {
  const last = pointers.get(event.pointerId);
  if (!last) return;
  const before = pointers.size === 2 ? pinchDistance() : 0;
  const width = view.clientWidth * pointers.size;
  move((event.clientX - last.x) / width, (event.clientY - last.y) / width);
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (before) zoomTo(scale * pinchDistance() / before);
});
for (const name of ['pointerup', 'pointercancel']) {
  view.addEventListener(name, (event) => pointers.delete(event.pointerId));
}

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
view.addEventListener('keydown', (event) => {
  const arrow = ARROWS[event.key];
  if (!arrow) return;
  event.preventDefault();
  move(arrow[0] * STEP, arrow[1] * STEP);
});

zoom.addEventListener('input', () => zoomTo(zoom.valueAsNumber));
input.addEventListener('change', loadChosenFile);

form.addEventListener('submit', async (event) => {
  if (!picture) return;
  event.preventDefault();
  const sending = picture;
  try {
    input.files = await cropToFile();
  } catch {
    // The whole picture is uploaded.
  }
  picture = null;
  sending.close();
  form.submit();
});
