import { describe, expect, it, onTestFinished } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness } from '../../support/harness.ts';
import { buildArchive, uploadForm } from '../../support/packages.ts';

describe('the address of a client', () => {
  it.each([
    ['', '127.0.0.1'],
    ['loopback', '198.51.100.7'],
    ['1', '198.51.100.7'],
  ])('is what the proxy says only where TRUST_PROXY is %j', async (TRUST_PROXY, address) => {
    const harness = await createHarness('postgres', { env: { TRUST_PROXY } });
    onTestFinished(() => harness.close());
    const headers = { 'x-forwarded-for': '198.51.100.7' };
    await harness.request('/api/v2/apps/uploads', { method: 'POST', body: uploadForm(buildArchive()), headers });
    const route = '/api/v2/audit_logs?filter[source_type]=app_upload';
    const { audit_logs } = await read<{ audit_logs: object[] }>(await harness.request(route), 200);
    expect(audit_logs).toMatchObject([{ ip_address: address }]);
  });
});
