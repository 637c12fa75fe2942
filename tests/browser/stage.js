// A server of our own for each file of tests: an empty data folder, the simulated Kakao, a clock that can be moved.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = process.env.FUNSUN_PROGRAM ?? join(ROOT, 'target/debug/funsun');
const START_MS = 20_000;

/** The server, and what a test may turn on it. */
export class Stage {
  /** `settings`: names and values as the environment has them, without `FUNSUN_`. */
  async start(settings = {}) {
    this.data = await mkdtemp(join(tmpdir(), 'funsun-browser-'));
    const own = { BIND: '127.0.0.1:0', DATA_DIR: this.data, DEMO_CAST: 'off', TEST_CLOCK: 'on', LOG: 'warn', ...settings };
    const env = { ...process.env };
    for (const [name, value] of Object.entries(own)) env[`FUNSUN_${name}`] = value;
    this.server = spawn(PROGRAM, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    this.server.stderr.on('data', (text) => { this.log += text; });
    [this.url, this.kakao] = await this.#addresses();
  }

  async #addresses() {
    let greeting = '';
    const stopped = new AbortController();
    const timer = setTimeout(() => stopped.abort(), START_MS);
    this.server.once('exit', () => stopped.abort());
    this.server.once('error', () => stopped.abort());
    try {
      for (;;) {
        const [text] = await once(this.server.stdout, 'data', { signal: stopped.signal });
        greeting += text;
        const own = /^FunSun is at (\S+)/m.exec(greeting);
        const kakao = /^Kakao is simulated at (\S+)/m.exec(greeting);
        if (own && kakao) return [own[1], kakao[1]];
      }
    } catch {
      throw new Error(`${PROGRAM} did not start:\n${greeting}${this.log}`);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop() {
    if (this.server && this.server.exitCode === null) {
      this.server.kill('SIGTERM');
      await once(this.server, 'exit');
    }
    if (this.data) await rm(this.data, { recursive: true, force: true });
  }

  /** Our clock and Kakao's, ahead of the machine's. */
  async moveClock(seconds) {
    const fields = { offset_seconds: seconds };
    await put(`${this.url}/dev/clock`, fields);
    await put(`${this.kakao}/sandbox/clock`, fields);
  }

  /** The next `times` calls of this kind go wrong in this way: crates/kakao-sandbox/README.md. */
  async break(call, fault, times = 1) {
    await put(`${this.kakao}/sandbox/faults`, { scope: 'global', call, fault, times });
  }

  async mend() {
    await ask(`${this.kakao}/sandbox/faults`, { method: 'DELETE' });
  }

  /** Every payment that KakaoPay knows, oldest first. */
  async book() {
    return (await (await ask(`${this.kakao}/sandbox/book`)).json()).payments;
  }
}

async function put(url, fields) {
  await ask(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) });
}

async function ask(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${options?.method ?? 'GET'} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** The stage of a file of tests, for as long as they run. */
export function stageFor(settings) {
  const stage = new Stage();
  stage.started = stage.start(settings);
  after(() => stage.stop());
  return stage;
}
