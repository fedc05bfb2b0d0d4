import type { Socket } from 'node:net';
import type { Harness } from './harness.ts';
import { filePart, MULTIPART, multipart, zipLike } from './multipart.ts';
import { answerOn, openSocket } from './raw-http.ts';

export interface UnfinishedUpload {
  answer: Promise<string>;
  socket: Socket;
  /** Sends what is left of the body. */
  finish: () => void;
}

/** Sends the head of an upload and `sentBytes` of its body, and leaves the connection open. */
export const beginUpload = async (
  { origin, tokens }: Pick<Harness, 'origin' | 'tokens'>,
  { fileBytes, sentBytes = Infinity }: { fileBytes: number; sentBytes?: number },
): Promise<UnfinishedUpload> => {
  const socket = await openSocket(origin);
  const body = multipart([filePart(zipLike(fileBytes))]);
  const answer = answerOn(socket, /\}\s*$/);
  answer.catch(() => undefined);
  socket.write(
    `POST /api/v2/apps/uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.admin}\r\n` +
      `Content-Type: ${MULTIPART['content-type']}\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.subarray(0, sentBytes));
  return { answer, socket, finish: () => void socket.write(body.subarray(sentBytes)) };
};
