import type { RequestHandler, Response } from 'express';
import { html, Html } from './html.ts';
import { style, styleSource } from './style.ts';

/** @param formTargets where a form of the page may lead; browsers look at the redirect that answers it as well. */
const policy = (formTargets: readonly string[]): string =>
  [
    "default-src 'none'",
    `style-src ${styleSource}`,
    // The empty icon, without which a browser asks for one.
    'img-src data:',
    `form-action ${formTargets.length === 0 ? "'none'" : formTargets.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/** Whatever is answered here belongs to one person and one moment. */
const privately = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': policy([]),
};

export const answerPrivately: RequestHandler = (_req, res, next) => {
  res.set(privately);
  next();
};

/** Not written where it stands: the policy knows it by its digest, to the last space. */
const styleElement = new Html(`<style>${style}</style>`);

export interface Page {
  title: string;
  body: Html;
  formTargets?: readonly string[];
}

export const sendPage = (res: Response, status: number, { title, body, formTargets = [] }: Page): void => {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${styleElement}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `;
  res
    .status(status)
    .set({ ...privately, 'Content-Security-Policy': policy(formTargets) })
    .type('html')
    .send(page.text);
};
