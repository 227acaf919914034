// Workflows: the SDK's worker and client over gRPC, and its management calls over HTTP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CommunicationProtocolEnum, DaprClient, DaprWorkflowClient, WorkflowRuntime } from "@dapr/dapr";
import { component, eventually, startSidecar } from "./sidecar.mjs";

let sidecar, workflows, runtime, http;
const silent = { level: "error", service: { log() {}, error() {}, warn() {}, info() {}, verbose() {}, debug() {} } };
const Completed = 1;
const Failed = 3;
const Terminated = 5;

const double = async (_, n) => n * 2;
const flakyCalls = [];
const fail = async (_, what) => {
  flakyCalls.push(what);
  throw new Error(`cannot ${what}`);
};

async function* chain(context, n) {
  const first = yield context.callActivity(double, n);
  const second = yield context.callActivity(double, first);
  context.setCustomStatus("doubled twice");
  return second;
}

async function* fan(context, count) {
  const tasks = [];
  for (let i = 0; i < count; i++) tasks.push(context.callActivity(double, i));
  const results = yield context.whenAll(tasks);
  return results.reduce((sum, n) => sum + n, 0);
}

async function* waiting(context) {
  const event = yield context.waitForExternalEvent("go");
  return { got: event };
}

async function* failing(context) {
  yield context.callActivity(fail, "that");
}

async function* parent(context, n) {
  return yield context.callSubWorkflow(chain, n);
}

async function* counting(context, n) {
  if (n < 3) context.continueAsNew(n + 1, true);
  return n;
}

async function* sleeping(context) {
  yield context.createTimer(0.2);
  return "awake";
}

before(async () => {
  sidecar = await startSidecar({ components: { "store.yaml": component("store", "state.in-memory", '[{name: actorStateStore, value: "true"}]') } });
  const options = { daprHost: "127.0.0.1", daprPort: sidecar.grpcPort, logger: silent };
  runtime = new WorkflowRuntime(options);
  for (const workflow of [chain, fan, waiting, failing, parent, counting, sleeping]) runtime.registerWorkflow(workflow);
  for (const activity of [double, fail]) runtime.registerActivity(activity);
  await runtime.start();
  workflows = new DaprWorkflowClient(options);
  http = new DaprClient({ daprHost: "127.0.0.1", daprPort: sidecar.httpPort, communicationProtocol: CommunicationProtocolEnum.HTTP, logger: silent });
});

after(async () => {
  await workflows?.stop();
  await runtime?.stop();
  await http?.stop();
  assert.equal(await sidecar?.stop(), 0);
});

const outcome = async (workflow, input, instance) => {
  const id = await workflows.scheduleNewWorkflow(workflow, input, instance);
  const state = await workflows.waitForWorkflowCompletion(id, true, 30);
  return { id, status: state.runtimeStatus, output: state.serializedOutput === undefined ? undefined : JSON.parse(state.serializedOutput), state };
};

test("workflow: activities one after the other, with a custom status", async () => {
  const { id, status, output, state } = await outcome(chain, 3, "chain-1");
  assert.deepEqual({ id, status, output }, { id: "chain-1", status: Completed, output: 12 });
  assert.match(state.customStatus, /doubled twice/);
});

test("workflow: activities side by side", async () => {
  const { status, output } = await outcome(fan, 25);
  assert.deepEqual({ status, output }, { status: Completed, output: 600 });
});

test("workflow: an external event", async () => {
  const id = await workflows.scheduleNewWorkflow(waiting);
  await workflows.waitForWorkflowStart(id, false, 30);
  await workflows.raiseEvent(id, "go", { n: 1 });
  const state = await workflows.waitForWorkflowCompletion(id, true, 30);
  assert.deepEqual(JSON.parse(state.serializedOutput), { got: { n: 1 } });
});

test("workflow: a failing activity fails the workflow, with its reason", async () => {
  const { status, state } = await outcome(failing);
  assert.equal(status, Failed);
  assert.match(state.workflowFailureDetails.getErrorMessage(), /cannot that/);
  assert.deepEqual(flakyCalls, ["that"]);
});

test("workflow: child, timer, and a workflow that begins anew", async () => {
  const results = await Promise.all([outcome(parent, 1), outcome(sleeping), outcome(counting, 0)]);
  assert.deepEqual(results.map(({ status, output }) => ({ status, output })), [
    { status: Completed, output: 4 },
    { status: Completed, output: "awake" },
    { status: Completed, output: 3 },
  ]);
});

test("workflow: suspended, resumed, terminated and purged", async () => {
  const id = await workflows.scheduleNewWorkflow(waiting);
  await workflows.waitForWorkflowStart(id, false, 30);
  const status = async () => (await workflows.getWorkflowState(id, false)).runtimeStatus;
  await workflows.suspendWorkflow(id);
  const Suspended = 7;
  await eventually(async () => (await status()) === Suspended);
  await workflows.resumeWorkflow(id);
  await eventually(async () => (await status()) === 0);
  await workflows.terminateWorkflow(id, "enough");
  await eventually(async () => (await status()) === Terminated);
  assert.equal(await workflows.purgeWorkflow(id), true);
  assert.equal(await workflows.getWorkflowState(id, false), undefined);
});

test("workflow: managed over HTTP", async () => {
  const id = await http.workflow.scheduleNewWorkflow("waiting", { n: 1 }, "over-http");
  assert.equal(id, "over-http");
  await eventually(async () => (await http.workflow.getWorkflowState(id)).runtimeStatus === "RUNNING");
  await http.workflow.pause(id);
  await eventually(async () => (await http.workflow.getWorkflowState(id)).runtimeStatus === "SUSPENDED");
  await http.workflow.resume(id);
  await eventually(async () => (await http.workflow.getWorkflowState(id)).runtimeStatus === "RUNNING");
  await http.workflow.raiseEvent(id, "go", { n: 2 });
  await eventually(async () => (await http.workflow.getWorkflowState(id)).runtimeStatus === "COMPLETED");
  const state = await http.workflow.getWorkflowState(id);
  assert.deepEqual(JSON.parse(state.properties["dapr.workflow.output"]), { got: { n: 2 } });
  await http.workflow.purge(id);
  await assert.rejects(http.workflow.getWorkflowState(id), /ERR_INSTANCE_ID_NOT_FOUND/);
});
