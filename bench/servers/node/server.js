// JSON, files, streams, a worker thread, a child process, and a digest.
const http = require("http");
const fs = require("fs");
const zlib = require("zlib");
const crypto = require("crypto");
const { Worker } = require("worker_threads");
const { execFile } = require("child_process");

const body = (request, then) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => then(Buffer.concat(parts)));
};

const pages = {
  "GET /": (_request, response) => response.end("hello from node"),
  "POST /sum": (request, response) => body(request, (data) => {
    try {
      response.end(JSON.stringify({ sum: JSON.parse(data).reduce((a, b) => a + b, 0) }));
    } catch {
      response.writeHead(400).end("no list");
    }
  }),
  "POST /digest": (request, response) => body(request, (data) => response.end(crypto.createHash("sha256").update(data).digest("hex"))),
  "PUT /note": (request, response) => body(request, (data) => fs.writeFile("/tmp/note", data, () => response.writeHead(201).end("kept"))),
  "GET /note": (_request, response) => fs.createReadStream("/tmp/note").on("error", () => response.writeHead(404).end("none")).pipe(response),
  "DELETE /note": (_request, response) => fs.unlink("/tmp/note", (error) => response.writeHead(error ? 404 : 204).end()),
  "GET /gzip": (_request, response) => zlib.gzip("z".repeat(100000), (_error, data) => response.end(data)),
  "GET /worker": (_request, response) => new Worker("require('worker_threads').parentPort.postMessage(6 * 7)", { eval: true }).on("message", (number) => response.end(String(number))),
  "GET /child": (_request, response) => execFile("/bin/echo", ["from a child"], (_error, out) => response.end(out)),
  "GET /scrypt": (_request, response) => crypto.scrypt("a", "b", 32, (_error, key) => response.end(key.toString("hex"))),
  "GET /list": (_request, response) => fs.readdir(".", (_error, names) => response.end(names.join())),
};

const server = http.createServer((request, response) => {
  const page = pages[`${request.method} ${request.url.split("?")[0]}`];
  page ? page(request, response) : response.writeHead(404).end("no such page");
});
server.listen(3000);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => { server.closeAllConnections(); server.close(() => process.exit(0)); });
