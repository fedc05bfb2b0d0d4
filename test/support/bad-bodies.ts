import { gzipSync } from 'node:zlib';

export const JSON_TYPE = { 'content-type': 'application/json' };
const long = (length: number): string => 'x'.repeat(length);

/** Bodies that are wrong for every route that takes JSON; `GOOD` stands for one that is right. */
export const badJsonBodies: [name: string, headers: Record<string, string>, body: string | Buffer | undefined][] = [
  ['nothing', {}, undefined],
  ['nothing that is said to be JSON', JSON_TYPE, undefined],
  ['an empty text', JSON_TYPE, ''],
  ['white space', JSON_TYPE, ' \n '],
  ['half of an object', JSON_TYPE, '{"upload_id": 1'],
  ['no JSON', JSON_TYPE, 'upload_id=1'],
  ['two objects', JSON_TYPE, '{}{}'],
  ['a list', JSON_TYPE, '[]'],
  ['a list of a good object', JSON_TYPE, '[GOOD]'],
  ['a text', JSON_TYPE, '"upload_id"'],
  ['a number', JSON_TYPE, '1'],
  ['null', JSON_TYPE, 'null'],
  ['a comma too many', JSON_TYPE, '{"upload_id":1,}'],
  ['a comment', JSON_TYPE, '{/* */}'],
  ['bytes of no encoding', JSON_TYPE, Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ['a text with bytes that are no UTF-8', JSON_TYPE, Buffer.from('{"name":"\xff"}', 'latin1')],
  ['a raw control character in a text', JSON_TYPE, '{"name":"a\0b"}'],
  ['a hundred thousand brackets', JSON_TYPE, '['.repeat(100_000)],
  ['a deep list', JSON_TYPE, '['.repeat(10_000) + ']'.repeat(10_000)],
  ['a deep object', JSON_TYPE, '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  ['a good object in another one', JSON_TYPE, '{"data":GOOD}'],
  ['more than a mebibyte', JSON_TYPE, JSON.stringify({ name: long(1_100_000) })],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'upload_id=1&app_id=1'],
  ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--\r\n'],
  ['plain text', { 'content-type': 'text/plain' }, 'GOOD'],
  ['XML', { 'content-type': 'application/xml' }, '<a/>'],
  ['a type that is none', { 'content-type': 'json' }, 'GOOD'],
  ['no type', {}, 'GOOD'],
  ['a charset nobody knows', { 'content-type': 'application/json; charset=klingon' }, 'GOOD'],
  ['an encoding nobody knows', { ...JSON_TYPE, 'content-encoding': 'magic' }, 'GOOD'],
  ['gzip that is none', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'GOOD'],
  [
    'a small gzip of a large body',
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    gzipSync(`{"name":"${long(9_000_000)}"}`),
  ],
];

/** Members that no body may have besides the good ones, as they are written. */
export const unknownMembers: [name: string, member: string][] = [
  ['foo', '"foo":1'],
  ['Upload_Id', '"Upload_Id":1'],
  ['appId', '"appId":1'],
  ['user_id', '"user_id":1'],
  ['account_id', '"account_id":1'],
  ['__proto__', '"__proto__":{"enabled":true}'],
  ['constructor', '"constructor":{"prototype":{"enabled":true}}'],
  ['toString', '"toString":"x"'],
  ['hasOwnProperty', '"hasOwnProperty":null'],
  ['body', '"body":null'],
  ['\\u0000', '"\\u0000":1'],
  ['\\ud800', '"\\ud800":1'],
  ['\\n', '"\\n":1'],
  [long(60), `"${long(100_000)}":1`],
];
