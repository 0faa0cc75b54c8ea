import { maxHeaderSize, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpMeter } from '../meter.ts';
import type { Refusal } from '../room/refusal.ts';
import { answersOf } from './answers.ts';
import { onEveryAnswer } from './cors.ts';
import { problemHeaders, problemText, statusOf } from './problem.ts';

/**
 * Answers what Node could not read, or did not wait for any longer, with a problem as all other refusals are, counts it,
 * and ends the connection. Such a thing never becomes a request: no hook and no error handler of fastify's hears of it.
 */
export function unreadable(meter: HttpMeter) {
  let answerOn: ReturnType<typeof answersOf> = () => undefined;
  const statuses = new WeakMap<ServerResponse, number>();
  return {
    /** Keeps in mind what is being answered: in the middle of that nothing else can be said. */
    watch(server: Server) {
      answerOn = answersOf(server);
    },
    /** What was answered in the place of this; undefined where nothing was. */
    statusInPlaceOf: (answer: ServerResponse) => statuses.get(answer),
    /** For `clientError` of the server. */
    answer(error: NodeJS.ErrnoException, socket: Socket) {
      const refusal = unreadableRefusal(error.code, socket.bytesRead);
      const answer = answerOn(socket);
      const isRequest = answer !== undefined && !answer.writableFinished;
      if (refusal === undefined || !socket.writable || (isRequest && answer.headersSent)) return socket.destroy(error);
      meter.refused(refusal.reason);
      const status = statusOf(refusal.reason);
      // Who leaves in the middle of a body is no fault of the request's, and has its own status.
      if (!isRequest) meter.unread(status);
      else if (error.code !== 'HPE_INVALID_EOF_STATE') statuses.set(answer, status);
      socket.write(wholeAnswer(status, problemText(refusal)));
      return socket.destroy(error);
    },
  };
}

/** Undefined where nobody is there to be told, or has not asked for anything. */
function unreadableRefusal(code = '', bytesRead: number): Refusal | undefined {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { reason: 'HeadTooLarge', detail: `A request's head may have at most ${maxHeaderSize} bytes here.` };
  if (code.startsWith('HPE_'))
    return { reason: 'BadRequest', detail: `This is no request of HTTP/1.1 (${code.slice('HPE_'.length)}).` };
  // Browsers connect in advance.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead > 0)
    return { reason: 'TooSlow', detail: 'The request did not come to its end in time.' };
  return undefined;
}

function wholeAnswer(status: number, body: string): string {
  const headers = {
    ...onEveryAnswer,
    ...problemHeaders,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    date: new Date().toUTCString(),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
