import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';

/**
 * `fetch` for a server whose certificate is known: that one is trusted, by whatever name the server is reached, and no
 * other. Fetch itself can be told nothing of the kind without another library.
 *
 * @param certificate in PEM; undefined for plain HTTP.
 */
export const sendRequest = async (request: Request, certificate: string | undefined): Promise<Response> => {
  const body = Buffer.from(await request.arrayBuffer());
  const options = {
    method: request.method,
    headers: { ...Object.fromEntries(request.headers), 'content-length': body.length },
    agent: false,
  } as const;
  const call =
    certificate === undefined
      ? httpRequest(request.url, options)
      : httpsRequest(request.url, { ...options, ...trusting(certificate) });
  call.end(body);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const content = await buffer(answer);
  return new Response(content.length === 0 ? null : new Uint8Array(content), {
    status: answer.statusCode ?? 0,
    headers,
  });
};

/** Where it was signed by somebody else it is trusted all the same: it is the very one that is served. */
const trusting = (certificate: string) => {
  const { fingerprint256 } = new X509Certificate(certificate);
  return {
    ca: certificate,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host: string, peer: { fingerprint256: string }): Error | undefined =>
      peer.fingerprint256 === fingerprint256 ? undefined : new Error('another server answers here'),
  };
};
