import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP, type TcpNetConnectOpts } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { faultOf, type Exchange } from '../domain/delivery.ts';
import { refuseInTransaction } from '../held-connection.ts';
import { createAddressPolicy, type AllowPrivate } from './address-policy.ts';
import { createGuardedLookup, PrivateAddressError } from './guarded-lookup.ts';
import { createResolveName, type ResolveName } from './resolve-name.ts';

interface OutgoingRequest {
  /** `https:` or `http:`. */
  url: string;
  headers: Record<string, string>;
  body: unknown;
  /** Ends the exchange before its time is up. */
  signal: AbortSignal;
}

/** One exchange with a receiver. Never throws: what went wrong is in the answer. */
export type PostJson = (request: OutgoingRequest) => Promise<Exchange>;

/** Read of a body; the rest is not fetched. */
const MAX_BODY_BYTES = 65_536;
/** Kept of it, in characters. */
const KEPT_CHARACTERS = 1_000;
const MAX_ANSWER_HEADERS_BYTES = 16_384;
/** For the body, once the status says how it went: a receiver that drips holds nobody up. */
const BODY_MS = 1_000;
/** For each of several addresses. Node's 250 ms give far ones up, and the last address may be of a kind not reached. */
const CONNECT_MS = 2_500;

/**
 * Sends JSON to receivers that somebody named, one connection each: only to addresses that may be dialled, never after
 * a redirect, within a time limit for the whole exchange.
 *
 * @param resolve another one only for tests.
 */
export const createPostJson = ({
  allowPrivate,
  timeoutMs,
  resolve = createResolveName({ allowPrivate, timeoutMs }),
}: {
  allowPrivate: AllowPrivate;
  timeoutMs: number;
  resolve?: ResolveName;
}): PostJson => {
  const mayDial = createAddressPolicy(allowPrivate);
  return async ({ url, headers, body, signal }) => {
    refuseInTransaction('Sending to a receiver');
    const target = urlToHttpOptions(new URL(url));
    // A socket asks for no name where the host is an address: this is the only place that sees it. The URL's parser has
    // turned every other spelling of one (decimal, octal, hex) into the usual one.
    const literal = target.hostname ?? '';
    if (isIP(literal) > 0 && !mayDial(literal)) return notSent(notAllowed);
    const timeout = AbortSignal.timeout(timeoutMs);
    const ended = AbortSignal.any([signal, timeout]);
    const text = JSON.stringify(body);
    try {
      const answer = await send(text, {
        protocol: target.protocol,
        hostname: target.hostname,
        port: target.port,
        path: target.path,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        agent: false,
        lookup: createGuardedLookup((name) => resolve(name, ended), mayDial),
        autoSelectFamilyAttemptTimeout: CONNECT_MS,
        maxHeaderSize: MAX_ANSWER_HEADERS_BYTES,
        signal: ended,
      });
      const status = answer.statusCode!;
      return { status, error: faultOf(status), answer: textOf(await readBeginning(answer)) };
    } catch (err) {
      if (timeout.aborted) return notSent(`There was no answer within ${timeoutMs / 1_000} s.`);
      return notSent(signal.aborted ? 'The worker was stopped before there was an answer.' : faultOfFailure(err));
    }
  };
};

const notSent = (error: string): Exchange => ({ status: null, error, answer: null });

const notAllowed =
  'The receiver has no public address. Whoever runs this installation can allow others: DELIVERY_ALLOW_PRIVATE.';

type SendOptions = RequestOptions & Pick<TcpNetConnectOpts, 'autoSelectFamilyAttemptTimeout'>;

const send = (text: string, options: SendOptions): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = (options.protocol === 'https:' ? https : http).request(options);
    request.once('response', resolve);
    // After an answer too: a receiver may break the connection off while it is read.
    request.on('error', reject);
    // Node ends a 101 that nobody asked for with neither of the two, and then hears no time limit either.
    request.once('close', () => reject(closed()));
    request.end(text);
  });

const closed = (): Error => Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' });

/** The status is known: however the body ends, even by a time limit, what has come of it is what there is. */
const readBeginning = async (answer: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  const giveUp = setTimeout(() => answer.destroy(), BODY_MS);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_BODY_BYTES) break;
    }
  } catch {
    // The rest is missing.
  } finally {
    clearTimeout(giveUp);
    answer.destroy();
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES);
};

/** As text without control characters; whole characters only. */
const textOf = (bytes: Buffer): string | null => {
  const text = new TextDecoder()
    .decode(bytes)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text === ''
    ? null
    : Array.from(text.slice(0, 2 * KEPT_CHARACTERS))
        .slice(0, KEPT_CHARACTERS)
        .join('');
};

/** The code says what it was; messages of the libraries may name addresses of the inside. */
const faultOfFailure = (err: unknown): string => {
  if (err instanceof PrivateAddressError) return notAllowed;
  const code = err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : 'unknown';
  return `The receiver could not be reached, or its answer not be read (${code}).`;
};
