// One server for each test file: an empty data folder, the simulated Kakao, a clock that tests can move.

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

/** The server under test, and what a test can change about it. */
export class TestServer {
  /** `settings`: environment variables without the prefix `FUNSUN_`. */
  async start(settings = {}) {
    this.data = await mkdtemp(join(tmpdir(), 'funsun-browser-'));
    const own = { BIND: '127.0.0.1:0', DATA_DIR: this.data, DEMO_CAST: 'off', TEST_CLOCK: 'on', LOG: 'warn', ...settings };
    const env = { ...process.env };
    for (const [name, value] of Object.entries(own)) env[`FUNSUN_${name}`] = value;
    this.process = spawn(PROGRAM, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (text) => { this.output += text; });
    }
    this.process.once('error', (error) => { this.output += error; });
    this.exited = once(this.process, 'exit').catch(() => {});
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
    if (this.process?.pid && this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await this.exited;
    }
    if (this.data) await rm(this.data, { recursive: true, force: true });
  }

  /** Sets our clock and Kakao's `seconds` ahead of the machine's. */
  async moveClock(seconds) {
    const fields = { offset_seconds: seconds };
    await put(`${this.url}/dev/clock`, fields);
    await put(`${this.kakao}/sandbox/clock`, fields);
  }

  /** The next `times` calls of this kind fail in this way: crates/kakao-sandbox/README.md. */
  async injectFault(call, fault, times = 1) {
    await put(`${this.kakao}/sandbox/faults`, { scope: 'global', call, fault, times });
  }

  async clearFaults() {
    await request(`${this.kakao}/sandbox/faults`, { method: 'DELETE' });
  }

  /** Every payment in KakaoPay's records, oldest first. */
  async listPayments() {
    return (await (await request(`${this.kakao}/sandbox/book`)).json()).payments;
  }
}

async function put(url, fields) {
  await request(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) });
}

async function request(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${options?.method ?? 'GET'} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** The server of a test file; it stops after the last test. */
export function serverFor(settings) {
  const server = new TestServer();
  server.started = server.start(settings);
  after(() => server.stop());
  return server;
}
