// GitHub's own signer over GitHub's own payloads, so that what we accept is judged by them and not by our reading of their
// documentation. Everything is JSON, one value a line.
//
//   node sign.mjs sign SECRET [FOLDER]   writes {event, action, index, body, signature} for each payload of FOLDER, a folder
//                                        of the examples package (api.github.com, ghes-35, ...)
//   node sign.mjs verify SECRET          reads {body, signature}, writes true or false for each
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

// The packages are installed outside the source tree, where a bare import would not look.
const packages = new URL("../../artifacts/peers/node_modules/@octokit/", import.meta.url);
const vendor = await import(new URL("webhooks-methods/dist-node/index.js", packages));

async function sign(secret, folder) {
  const events = JSON.parse(await readFile(new URL(`webhooks-examples/${folder}/index.json`, packages), "utf8"));
  for (const { name, examples } of events) {
    for (const [index, example] of examples.entries()) {
      const body = JSON.stringify(example);
      const signature = await vendor.sign(secret, body);
      write({ event: name, action: example.action ?? null, index, body, signature });
    }
  }
}

async function verify(secret) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { body, signature } = JSON.parse(line);
    write(await vendor.verify(secret, body, signature));
  }
}

function write(value) {
  process.stdout.write(JSON.stringify(value) + "\n");
}

const [mode, secret, folder = "api.github.com"] = process.argv.slice(2);
if (mode === "sign" && secret) {
  await sign(secret, folder);
} else if (mode === "verify" && secret) {
  await verify(secret);
} else {
  console.error("usage: sign.mjs sign SECRET [FOLDER] | sign.mjs verify SECRET");
  process.exitCode = 2;
}
