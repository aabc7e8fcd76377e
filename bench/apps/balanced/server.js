'use strict';
const http = require('http');
const redis = require('redis');
const store = redis.createClient({ url: process.env.STORE });
store.on('error', () => {});
const ready = store.connect ? store.connect() : Promise.resolve();
const incr = (key) => (store.connect ? store.incr(key) : new Promise((yes, no) => store.incr(key, (e, v) => (e ? no(e) : yes(v)))));
const server = http.createServer(async (request, response) => {
  try {
    await ready;
    if (request.url === '/health') return response.end('ok\n');
    if (request.url.startsWith('/count/')) {
      const count = await incr('count:' + request.url.slice(7));
      return response.end(JSON.stringify({ node: process.env.NAME, count }));
    }
    response.statusCode = 404;
    response.end('nothing here\n');
  } catch (error) {
    response.statusCode = 503;
    response.end(String(error));
  }
});
server.listen(3000, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
