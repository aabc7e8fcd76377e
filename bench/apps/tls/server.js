'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');
const server = http.createServer((request, response) => {
  const file = path.join('/notes', crypto.createHash('sha256').update(request.url).digest('hex'));
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    response.setHeader('Content-Type', 'text/plain');
    if (request.method === 'PUT') {
      fs.writeFileSync(file, Buffer.concat(parts));
      response.statusCode = 201;
      return response.end();
    }
    fs.readFile(file, (error, data) => {
      if (error) response.statusCode = 404;
      response.end(error ? 'no such note\n' : data);
    });
  });
});
server.listen(3000, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
