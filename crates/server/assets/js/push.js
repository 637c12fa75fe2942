// Switches push notifications on this device on and off.

const section = document.querySelector('[data-push]');

const post = (path, fields) => fetch(path, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-csrf-token': section.dataset.csrf },
  body: JSON.stringify(fields),
});

async function showControls() {
  const worker = await navigator.serviceWorker.ready;
  const on = section.querySelector('[data-push-on]');
  const off = section.querySelector('[data-push-off]');
  const refused = section.querySelector('[data-push-refused]');
  const show = (subscribed) => {
    on.hidden = subscribed;
    off.hidden = !subscribed;
  };
  show(Boolean(await worker.pushManager.getSubscription()));
  on.addEventListener('click', async () => {
    try {
      const subscription = await worker.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: section.dataset.push,
      });
      const { endpoint, keys } = subscription.toJSON();
      const answer = await post('/settings/push', { endpoint, ...keys });
      if (!answer.ok) throw new Error(`${answer.status}`);
      show(true);
    } catch {
      refused.hidden = false;
    }
  });
  off.addEventListener('click', async () => {
    const subscription = await worker.pushManager.getSubscription();
    if (subscription) {
      await post('/settings/push/end', { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    }
    show(false);
  });
  section.hidden = false;
}

if (section && 'PushManager' in window) showControls();
