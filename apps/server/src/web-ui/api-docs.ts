import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type BuiltFile, readBuiltFile } from './files.ts';
import { pageHeaders } from './headers.ts';
import { send } from './web-ui.ts';

const VIEWER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const VIEWER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>API of Tocsin</title>
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png">
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;
/** The address of the document follows that of the page, so that a prefix before `/api` stays. */
const START = `SwaggerUIBundle({
  url: new URL('openapi.json', location.href.replace(/\\/docs\\/?([?#].*)?$/, '/docs')).href,
  dom_id: '#api',
  deepLinking: true,
  filter: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  validatorUrl: null,
});
`;

/** `/api/docs`: a page that shows the API's description and can try it. All of it is served from here. */
export function registerApiDocs(app: FastifyInstance, https: boolean): void {
  const headers = pageHeaders(https);
  const hidden = { schema: { hide: true } };
  app.get('/api/docs', hidden, async (request, reply) => {
    // Relative addresses need the form without a slash.
    const page = request.url.split('?', 1)[0]?.endsWith('/') ? PAGE.replaceAll('="docs/', '="') : PAGE;
    return reply.headers(headers).type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page);
  });
  app.get('/api/docs/start.js', hidden, async (_request, reply) =>
    reply.headers(headers).type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(START),
  );
  for (const name of VIEWER_FILES) {
    let file: Promise<BuiltFile> | undefined;
    app.get(`/api/docs/${name}`, hidden, async (request, reply) => {
      file ??= readBuiltFile(join(VIEWER, name), name);
      return send(request, reply.headers(headers), await file);
    });
  }
}
