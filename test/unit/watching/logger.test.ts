import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger, type OwnLogger } from '../../../src/logger.ts';

const open = (holdMs?: number): { log: OwnLogger; messages: () => string[] } => {
  const folder = mkdtempSync(path.join(tmpdir(), 'appyard-log-'));
  const file = path.join(folder, 'log');
  const fd = openSync(file, 'w');
  onTestFinished(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  const messages = (): string[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  return { log: createLogger('debug', { fd, ...(holdMs !== undefined && { holdMs }) }), messages };
};

describe('the log', () => {
  it('writes each line at once unless it may wait', () => {
    const { log, messages } = open();
    log.info('one');
    expect(messages()).toEqual(['one']);
  });

  it('lets lines of no urgency wait for each other, not for long', async () => {
    const { log, messages } = open(50);
    log.info('one');
    log.debug('two');
    expect(messages()).toEqual([]);
    await vi.waitFor(() => expect(messages()).toEqual(['one', 'two']), { timeout: 5_000 });
  });

  it('keeps the order: what is urgent takes along what waits before it', () => {
    const { log, messages } = open(60_000);
    log.info('one');
    log.error('two');
    expect(messages()).toEqual(['one', 'two']);
    log.info('three');
    log.warn('four');
    log.info('five');
    expect(messages()).toEqual(['one', 'two', 'three', 'four']);
    log.flush();
    expect(messages().at(-1)).toBe('five');
  });

  it('writes much at once before its time is up', () => {
    const { log, messages } = open(60_000);
    for (let i = 0; i < 1_000; i += 1) log.info('line', { i });
    expect(messages().length).toBeGreaterThan(800);
    log.flush();
    expect(messages().length).toBe(1_000);
  });
});
