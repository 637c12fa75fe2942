// A server of our own for each file of tests: an empty data folder, the simulated Kakao, a clock that can be moved.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from './wait.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = process.env.FUNSUN_PROGRAM ?? join(ROOT, 'target/debug/funsun');

/** The server, and what a test may turn on it. */
export class Stage {
  /** `settings`: names and values as the environment has them, without `FUNSUN_`. */
  async start(settings = {}) {
    this.data = await mkdtemp(join(tmpdir(), 'funsun-browser-'));
    const own = { BIND: '127.0.0.1:0', DATA_DIR: this.data, DEMO_CAST: 'off', TEST_CLOCK: 'on', LOG: 'warn', ...settings };
    const env = { ...process.env };
    for (const [name, value] of Object.entries(own)) env[`FUNSUN_${name}`] = value;
    this.server = spawn(PROGRAM, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    for (const stream of [this.server.stdout, this.server.stderr]) {
      stream.on('data', (text) => { this.output += text; });
    }
    this.server.once('error', (error) => { this.output += error; });
    this.exited = once(this.server, 'exit').catch(() => {});
    [this.url, this.kakao] = await this.#addresses();
  }

  async #addresses() {
    const found = () => ['FunSun is at', 'Kakao is simulated at'].map((words) => (
      new RegExp(`^${words} (\\S+)\\n`, 'm').exec(this.output)?.[1]));
    const stopped = this.exited.then(() => true);
    try {
      await until('the addresses', async () => {
        if (await Promise.race([stopped, false])) throw new Error('it has stopped');
        return found().every(Boolean);
      });
    } catch (error) {
      throw new Error(`${PROGRAM} did not start (${error.message}):\n${this.output}`);
    }
    return found();
  }

  async stop() {
    if (this.server?.pid && this.server.exitCode === null && this.server.signalCode === null) {
      this.server.kill('SIGTERM');
      await this.exited;
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
