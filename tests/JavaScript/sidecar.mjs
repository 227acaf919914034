// One sidecar in a process of its own, started as daprd is, for the tests of one file.
import { spawn } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const startLimitMs = 60_000;

/** A port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Asks again and again until the answer is something. */
export async function eventually(question, limitMs = 20_000) {
  const end = Date.now() + limitMs;
  while (true) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${question}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Starts a sidecar; `STOCKS_SIDECAR` names the binary (a .dll, or any daprd).
 * @param {{appId?: string, appPort?: number, components: Record<string, string>, environment?: Record<string, string>}} setup
 *   components: file name → YAML; other files may stand there, too.
 */
export async function startSidecar({ appId = "javascript", appPort, components, environment = {} }) {
  const binary = process.env.STOCKS_SIDECAR;
  if (!binary) throw new Error("STOCKS_SIDECAR must name the sidecar: a StocksDapr.Sidecar.dll, or a daprd");
  const folder = await mkdtemp(path.join(tmpdir(), "stocks-javascript-"));
  await mkdir(path.join(folder, "components"));
  for (const [name, text] of Object.entries(components)) await writeFile(path.join(folder, "components", name), text);
  const [httpPort, grpcPort] = [await freePort(), await freePort()];
  const flags = ["--app-id", appId, "--dapr-http-port", `${httpPort}`, "--dapr-grpc-port", `${grpcPort}`, "--resources-path", path.join(folder, "components"), "--enable-metrics=false"];
  if (appPort) flags.push("--app-port", `${appPort}`);
  const [command, ...first] = binary.endsWith(".dll") ? ["dotnet", binary] : [binary];
  const child = spawn(command, [...first, ...flags], { cwd: folder, env: { ...process.env, STOCKS_SIDECARS: path.join(folder, "sidecars"), ...environment } });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`the sidecar ended with ${child.exitCode}:\n${output}`);
    return (await fetch(`http://127.0.0.1:${httpPort}/v1.0/healthz/outbound`).catch(() => null))?.status === 204;
  }, startLimitMs);
  return {
    httpPort: `${httpPort}`,
    grpcPort: `${grpcPort}`,
    folder,
    output: () => output,
    ready: () => eventually(async () => (await fetch(`http://127.0.0.1:${httpPort}/v1.0/healthz`)).status === 204, startLimitMs),
    async stop() {
      child.kill("SIGTERM");
      const code = await exited;
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

export const component = (name, type, metadata = "[]", version = "v1") =>
  `apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: ${name}}\nspec: {type: ${type}, version: ${version}, metadata: ${metadata}}\n`;
