// Deliveries from the sidecar to the application, by the SDK's DaprServer over HTTP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CommunicationProtocolEnum, DaprPubSubStatusEnum, DaprServer, HttpMethod } from "@dapr/dapr";
import { component, eventually, freePort, startSidecar } from "./sidecar.mjs";

let sidecar, server, bus;
const received = [];
const silent = { level: "error", service: { log() {}, error() {}, warn() {}, info() {}, verbose() {}, debug() {} } };
const keep = (where, status) => async (data) => {
  received.push({ where, data });
  return status;
};
const at = (where) => received.filter((event) => event.where === where).map(({ data }) => data);

before(async () => {
  const appPort = await freePort();
  // The sidecar comes first: it answers before the application listens, and the SDK's server waits for it.
  sidecar = await startSidecar({
    appPort,
    components: {
      "bus.yaml": component("bus", "pubsub.in-memory"),
      "ticks.yaml": component("ticks", "bindings.cron", '[{name: schedule, value: "@every 1s"}, {name: direction, value: input}]'),
    },
  });
  const clientOptions = { daprHost: "127.0.0.1", daprPort: sidecar.httpPort, communicationProtocol: CommunicationProtocolEnum.HTTP, logger: silent };
  server = new DaprServer({ serverHost: "127.0.0.1", serverPort: `${appPort}`, communicationProtocol: CommunicationProtocolEnum.HTTP, clientOptions, logger: silent });
  await server.pubsub.subscribe("bus", "plain", keep("plain"));
  await server.pubsub.subscribe("bus", "raw", keep("raw"), "/raw", { rawPayload: true }); // not a text: the SDK would send it with its quotes, which daprd takes for no boolean
  await server.pubsub.subscribeWithOptions("bus", "failing", { callback: keep("failing", DaprPubSubStatusEnum.RETRY), deadLetterTopic: "dead" });
  await server.pubsub.subscribeWithOptions("bus", "dropped", { callback: keep("dropped", DaprPubSubStatusEnum.DROP), deadLetterTopic: "dead" });
  await server.pubsub.subscribe("bus", "dead", keep("dead"));
  await server.pubsub.subscribeBulk("bus", "many", keep("many"), { maxMessagesCount: 10, maxAwaitDurationMs: 40 });
  await server.pubsub.subscribeWithOptions("bus", "routed", {
    route: { rules: [{ match: "event.data.n > 1", path: "/large" }], default: "/small" },
  });
  server.pubsub.subscribeToRoute("bus", "routed", "/large", keep("large"));
  server.pubsub.subscribeToRoute("bus", "routed", "/small", keep("small"));
  await server.invoker.listen("hello", async ({ body, query }) => ({ said: body, query }), { method: HttpMethod.POST });
  await server.binding.receive("ticks", keep("ticks"));
  await server.start();
  await sidecar.ready();
  bus = server.client.pubsub;
});

after(async () => {
  await server?.stop();
  assert.equal(await sidecar?.stop(), 0);
});

test("a published value arrives, whatever it is", async () => {
  for (const value of ["text", { n: 1 }, [1, 2]]) assert.deepEqual(await bus.publish("bus", "plain", value), {});
  await eventually(() => at("plain").length === 3);
  assert.deepEqual(at("plain"), ["text", { n: 1 }, [1, 2]]);
});

test("a raw payload arrives as it was published", async () => {
  assert.deepEqual(await bus.publish("bus", "raw", { n: 1 }, { metadata: { rawPayload: "true" } }), {});
  await eventually(() => at("raw").length === 1);
  assert.deepEqual(at("raw"), [{ n: 1 }]);
});

test("what fails and what is dropped goes to the dead-letter topic", async () => {
  await bus.publish("bus", "failing", "unlucky");
  await bus.publish("bus", "dropped", "unwanted");
  await eventually(() => at("dead").length === 2);
  assert.deepEqual([at("failing"), at("dropped"), at("dead").sort()], [["unlucky"], ["unwanted"], ["unlucky", "unwanted"]]);
});

test("published in bulk, received in bulk", async () => {
  assert.deepEqual(await bus.publishBulk("bus", "many", [{ n: 1 }, { n: 2 }, { n: 3 }]), { failedMessages: [] });
  await eventually(() => at("many").length === 3);
  assert.deepEqual(at("many").map(({ n }) => n).sort(), [1, 2, 3]);
});

test("rules decide where an event goes", async () => {
  await bus.publish("bus", "routed", { n: 1 });
  await bus.publish("bus", "routed", { n: 2 });
  await eventually(() => at("small").length === 1 && at("large").length === 1);
  assert.deepEqual([at("small"), at("large")], [[{ n: 1 }], [{ n: 2 }]]);
});

test("an invocation reaches a listener", async () => {
  const answer = await server.client.invoker.invoke("javascript", "hello?x=1", HttpMethod.POST, { n: 1 });
  assert.deepEqual(JSON.parse(answer.said), { n: 1 });
});

test("an input binding is read", async () => {
  await eventually(() => at("ticks").length > 0);
});

test("what the application subscribes to is in the metadata", async () => {
  const { subscriptions } = await server.client.metadata.get();
  assert.deepEqual(subscriptions.map(({ topic }) => topic).sort(), ["dead", "dropped", "failing", "many", "plain", "raw", "routed"]);
});
