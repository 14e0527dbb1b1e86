// The senders' own libraries, which sign and verify what the bot takes. Reads lines of JSON, writes a line of JSON for each.
//
//   {"library", "secret", "id", "timestamp", "body"}               writes {"signature"}
//   {"library", "secret", "id", "timestamp", "body", "signature"}  writes {"verified"}; the libraries go by this machine's clock
//   {"library", "secret", "now", "body", "headers"}                writes {"verified"}; for @slack/bolt, which only verifies
import { createInterface } from "node:readline";

// The packages are installed outside the source tree, where a bare import would not look.
const packages = new URL("../../artifacts/peers/node_modules/", import.meta.url);
const load = (path) => import(new URL(path, packages));

const [standard, svix, stripe, bolt] = await Promise.all([
  load("standardwebhooks/dist/index.js"),
  load("svix/dist/index.mjs"),
  load("stripe/esm/stripe.esm.node.js"),
  load("@slack/bolt/dist/receivers/verify-request.js"),
]);

const webhook = ({ Webhook }, prefix) => ({
  sign: ({ secret, id, timestamp, body }) => new Webhook(secret).sign(id, new Date(timestamp * 1000), body),
  verify: ({ secret, id, timestamp, body, signature }) =>
    new Webhook(secret).verify(body, { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: `${timestamp}`, [`${prefix}-signature`]: signature }),
});

const { webhooks } = new stripe.default("sk_test_nobody");
const libraries = {
  standardwebhooks: webhook(standard, "webhook"),
  svix: webhook(svix, "svix"),
  stripe: {
    sign: ({ secret, timestamp, body }) => webhooks.generateTestHeaderString({ payload: body, secret, timestamp }),
    verify: ({ secret, body, signature }) => webhooks.constructEvent(body, signature, secret),
  },
  bolt: {
    verify: ({ secret, now, body, headers }) => bolt.verifySlackRequest({ signingSecret: secret, body, headers, nowMilliseconds: now * 1000 }),
  },
};

function verifies(library, question) {
  try {
    library.verify(question);
    return true;
  } catch {
    return false;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const library = libraries[question.library];
  const answer = question.signature === undefined && question.headers === undefined ? { signature: library.sign(question) } : { verified: verifies(library, question) };
  process.stdout.write(JSON.stringify(answer) + "\n");
}
