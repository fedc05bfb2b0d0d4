import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readProjectFile } from '../../support/compose.ts';
import { readExposition, type Sample } from '../../support/exposition.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { metricsOf } from '../../support/promql.ts';

const target = z.object({ expr: z.string(), datasource: z.object({ uid: z.literal('${datasource}') }) });
const panel = z.object({
  id: z.number(),
  title: z.string().min(1),
  type: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(target).default([]),
});
const dashboard = z.object({
  title: z.literal('Appyard'),
  templating: z.object({ list: z.tuple([z.object({ name: z.literal('datasource'), type: z.literal('datasource') })]) }),
  panels: z.array(panel).min(10),
});
const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.object({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.object({ summary: z.string(), description: z.string().optional() }),
});
const alerts = z.object({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.strictObject(rule.shape)) })),
});

/** What Prometheus adds to every series. */
const ADDED = ['instance', 'job'];

describe('what is ready for Grafana and Prometheus', () => {
  let harness: Harness;
  let samples: Sample[];
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const { metrics } = harness.deps;
    metrics.serveAs('worker');
    metrics.requests.served({ method: 'GET', route: '/livez', status: 200, ms: 1 });
    metrics.jobs.claimed('build', 1);
    metrics.jobs.attempted({ kind: 'build', outcome: 'completed', ms: 1 });
    metrics.jobs.ended({ kind: 'build', outcome: 'completed', ms: 1 });
    metrics.jobs.cancelled('build');
    metrics.jobs.stalled('jobs');
    metrics.deliveries.attempted('delivered');
    metrics.upkeep.swept('jobs', { enqueued: 1 });
    metrics.upkeep.housekept('collect.blobs', 'removed', 1);
    samples = readExposition((await metrics.expose()).text);
  });
  afterAll(() => harness.close());

  /** What an expression asks for that there is not. */
  const missing = (expression: string): string[] =>
    metricsOf(expression).flatMap(({ name, labels }) => {
      const found = samples.find((sample) => sample.name === name);
      if (!found) return [`there is no ${name}`];
      return labels
        .filter((label) => !(label in found.labels) && !ADDED.includes(label))
        .map((label) => `${name} has no ${label}`);
    });

  it('asks in every panel of the dashboard for metrics that there are, with labels they have', () => {
    const { panels } = dashboard.parse(JSON.parse(readProjectFile('deploy/grafana/appyard.json')));
    const shown = panels.filter(({ type }) => type !== 'row');
    for (const { targets, title } of shown) expect([title, targets.length > 0]).toEqual([title, true]);
    const expressions = shown.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    for (const expression of expressions) expect(metricsOf(expression)).not.toEqual([]);
    expect(expressions.flatMap(missing)).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('shows each of our metrics somewhere on the dashboard', () => {
    const text = readProjectFile('deploy/grafana/appyard.json');
    const ours = new Set(samples.flatMap(({ name }) => (name.startsWith('appyard_') ? [name] : [])));
    const families = new Set([...ours].map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect(families.size).toBeGreaterThan(12);
    expect([...families].filter((name) => !text.includes(name))).toEqual([]);
  });

  it('asks in every alert for metrics that there are, with labels they have', () => {
    const { groups } = alerts.parse(parse(readProjectFile('deploy/prometheus/alerts.yml')));
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining(['AppyardJobTooOld', 'AppyardServerErrors', 'AppyardWorkersGone']),
    );
    for (const { expr } of rules) expect(metricsOf(expr)).not.toEqual([]);
    expect(rules.flatMap(({ expr }) => missing(expr))).toEqual([]);
  });

  it('says so when a metric or a label is not there', () => {
    expect(missing('sum by (nobody) (rate(appyard_jobs_total[5m])) + appyard_nothing{kind="build"}')).toEqual([
      'appyard_jobs_total has no nobody',
      'there is no appyard_nothing',
    ]);
  });
});
