// Calls from the application to the sidecar, by the SDK's DaprClient over HTTP.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { CommunicationProtocolEnum, DaprClient, HttpMethod } from "@dapr/dapr";
import { component, freePort, startSidecar } from "./sidecar.mjs";

let sidecar, client, app;
const silent = { level: "error", service: { log() {}, error() {}, warn() {}, info() {}, verbose() {}, debug() {} } };
const connect = (options) =>
  new DaprClient({ daprHost: "127.0.0.1", daprPort: sidecar.httpPort, communicationProtocol: CommunicationProtocolEnum.HTTP, logger: silent, ...options });

before(async () => {
  const appPort = await freePort();
  app = createServer(async (request, response) => {
    if (request.url.startsWith("/dapr/")) return response.writeHead(404).end();
    let body = "";
    for await (const piece of request) body += piece;
    const status = request.url === "/broken" ? 418 : 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ method: request.method, url: request.url, body, kind: request.headers["content-type"], mine: request.headers["x-mine"] }));
  });
  await new Promise((resolve) => app.listen(appPort, "127.0.0.1", resolve));
  sidecar = await startSidecar({
    appPort,
    environment: { SECRET_ONE: "first", SECRET_TWO: "second" },
    components: {
      "state.yaml": component("store", "state.in-memory"),
      "bus.yaml": component("bus", "pubsub.in-memory"),
      "secrets.yaml": component("secrets", "secretstores.local.env", '[{name: prefix, value: "SECRET_"}]'),
      "files.yaml": component("files", "bindings.localstorage", '[{name: rootPath, value: "files"}]'),
    },
  });
  await sidecar.ready();
  client = connect();
});

after(async () => {
  await client?.stop();
  const code = await sidecar?.stop();
  app?.close();
  assert.equal(code, 0);
});

test("state: save, get, get in bulk, delete", async () => {
  assert.deepEqual(await client.state.save("store", [{ key: "a", value: "text" }, { key: "b", value: { n: [1, null, "ü"] } }, { key: "c", value: 0.5 }]), {});
  assert.equal(await client.state.get("store", "a"), "text");
  assert.deepEqual(await client.state.get("store", "b"), { n: [1, null, "ü"] });
  assert.equal(await client.state.get("store", "missing"), "");
  const bulk = await client.state.getBulk("store", ["c", "missing", "a"]);
  assert.deepEqual(bulk.map(({ key, data }) => ({ key, data })), [{ key: "c", data: 0.5 }, { key: "missing", data: undefined }, { key: "a", data: "text" }]);
  assert.deepEqual(await client.state.delete("store", "a"), {});
  assert.equal(await client.state.get("store", "a"), "");
});

test("state: an etag guards against another writer", async () => {
  await client.state.save("store", [{ key: "guarded", value: 1 }]);
  const [{ etag }] = await client.state.getBulk("store", ["guarded"]);
  assert.deepEqual(await client.state.save("store", [{ key: "guarded", value: 2, etag, options: { concurrency: 1 } }]), {});
  const { error } = await client.state.save("store", [{ key: "guarded", value: 3, etag, options: { concurrency: 1 } }]);
  assert.match(error.message, /ERR_STATE_SAVE/);
  assert.match((await client.state.delete("store", "guarded", { etag })).error.message, /ERR_STATE_DELETE/);
  assert.equal(await client.state.get("store", "guarded"), 2);
  const [current] = await client.state.getBulk("store", ["guarded"]);
  assert.deepEqual(await client.state.delete("store", "guarded", { etag: current.etag }), {});
});

test("state: a transaction holds as a whole", async () => {
  await client.state.save("store", [{ key: "gone", value: 1 }]);
  await client.state.transaction("store", [
    { operation: "upsert", request: { key: "new", value: { n: 1 } } },
    { operation: "delete", request: { key: "gone" } },
  ]);
  assert.deepEqual(await client.state.get("store", "new"), { n: 1 });
  assert.equal(await client.state.get("store", "gone"), "");
  await assert.rejects(
    client.state.transaction("store", [
      { operation: "upsert", request: { key: "new", value: 2 } },
      { operation: "upsert", request: { key: "other", value: 2, etag: "no-such-etag", options: { concurrency: "first-write" } } },
    ]),
    /ERR_STATE_TRANSACTION/,
  );
  assert.deepEqual(await client.state.get("store", "new"), { n: 1 });
});

test("state: an unknown store is an error with daprd's code", async () => {
  await assert.rejects(client.state.get("nowhere", "k"), /ERR_STATE_STORE_NOT_FOUND/);
});

test("invoke: verbs, bodies and headers reach the application, its errors the caller", async () => {
  const get = await client.invoker.invoke("javascript", "hello/there?x=1", HttpMethod.GET, undefined, { headers: { "x-mine": "yes" } });
  assert.deepEqual({ method: get.method, url: get.url, mine: get.mine }, { method: "GET", url: "/hello/there?x=1", mine: "yes" });
  const post = await client.invoker.invoke("javascript", "echo", HttpMethod.POST, { n: 1 });
  assert.deepEqual({ method: post.method, body: post.body, kind: post.kind }, { method: "POST", body: '{"n":1}', kind: "application/json" });
  await assert.rejects(client.invoker.invoke("javascript", "broken", HttpMethod.GET), /418/);
  await assert.rejects(client.invoker.invoke("nobody", "x", HttpMethod.GET), /ERR_DIRECT_INVOKE.*couldn't find service: nobody/);
});

test("bindings: a file is written, read, listed and deleted", async () => {
  await client.binding.send("files", "create", "content", { fileName: "a.txt" });
  assert.equal(await client.binding.send("files", "get", undefined, { fileName: "a.txt" }), "content");
  assert.match(JSON.stringify(await client.binding.send("files", "list", undefined, {})), /a\.txt/);
  await client.binding.send("files", "delete", undefined, { fileName: "a.txt" });
  await assert.rejects(client.binding.send("files", "get", undefined, { fileName: "a.txt" }), /ERR_INVOKE_OUTPUT_BINDING/);
  await assert.rejects(client.binding.send("nowhere", "create", "x"), /couldn't find output binding nowhere/);
});

test("secrets: one, and all", async () => {
  assert.deepEqual(await client.secret.get("secrets", "ONE"), { ONE: "first" });
  const all = await client.secret.getBulk("secrets");
  assert.deepEqual({ one: all.ONE, two: all.TWO }, { one: { ONE: "first" }, two: { TWO: "second" } });
  await assert.rejects(client.secret.get("nowhere", "ONE"), /ERR_SECRET_STORE_NOT_FOUND/);
});

test("metadata: components are listed, values can be added", async () => {
  assert.equal(await client.metadata.set("colour", "red"), true);
  const metadata = await client.metadata.get();
  assert.equal(metadata.id, "javascript");
  assert.equal(metadata.extended.colour, "red");
  assert.deepEqual(metadata.components.map(({ name }) => name).sort(), ["bus", "files", "secrets", "store"]);
  assert.equal(await client.health.isHealthy(), true);
});

test("publish: an unknown component is an error, also in bulk", async () => {
  assert.deepEqual(await client.pubsub.publish("bus", "nobody-listens", { n: 1 }), {});
  assert.match((await client.pubsub.publish("nowhere", "t", "x")).error.message, /ERR_PUBSUB_NOT_FOUND/);
  assert.deepEqual(await client.pubsub.publishBulk("bus", "nobody-listens", ["a", { n: 1 }]), { failedMessages: [] });
  const failed = await client.pubsub.publishBulk("nowhere", "t", ["a", "b"]);
  assert.deepEqual(failed.failedMessages.map(({ message }) => message.event), ["a", "b"]);
});

test("lock: there is no lock store, and the answer says so", async () => {
  await assert.rejects(client.lock.lock("locks", "r", "me", 10), /ERR_LOCK_STORE_NOT_CONFIGURED/);
  await assert.rejects(client.lock.unlock("locks", "r", "me"), /ERR_LOCK_STORE_NOT_CONFIGURED/);
});

test("configuration: there is no configuration store, and the answer says so", async () => {
  const response = await fetch(`http://127.0.0.1:${sidecar.httpPort}/v1.0/configuration/nowhere?key=a`);
  assert.equal((await response.json()).errorCode, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED");
});

test("a sidecar with a token lets in who has it", async () => {
  const guarded = await startSidecar({ appId: "guarded", environment: { DAPR_API_TOKEN: "secret" }, components: { "state.yaml": component("store", "state.in-memory") } });
  const knowing = connect({ daprPort: guarded.httpPort, daprApiToken: "secret" });
  try {
    assert.equal(await knowing.state.get("store", "k"), "");
    // The SDK waits for half a minute before it says that its token is wrong.
    const refused = await fetch(`http://127.0.0.1:${guarded.httpPort}/v1.0/state/store/k`, { headers: { "dapr-api-token": "wrong" } });
    assert.equal(refused.status, 401);
  } finally {
    await knowing.stop();
    await guarded.stop();
  }
});
