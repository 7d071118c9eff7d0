// One visitor who becomes a customer, then a burst of other visitors: node send.cjs SDK ADDRESS KEY BURST
// Says "half" when half of the burst has been handed to the SDK, "done" when the SDK has nothing left.
const [sdk, address, key, burst] = process.argv.slice(2);
const pause = () => new Promise((resolve) => setImmediate(resolve));

function segment() {
  const { Analytics } = require("@segment/analytics-node");
  const analytics = new Analytics({ writeKey: key, host: address, flushAt: 100, flushInterval: 500 });
  analytics.on("error", (error) => console.error(error.code, error.reason));
  return { analytics, end: () => analytics.closeAndFlush({ timeout: 90000 }) };
}

function rudder() {
  const Analytics = require("@rudderstack/rudder-sdk-node");
  const errorHandler = (error) => console.error(error.code, error.message);
  // Three retries, its default, last 1.4 seconds: less than a restart.
  const analytics = new Analytics(key, { dataPlaneUrl: address, flushAt: 100, flushInterval: 500, retryCount: 8, errorHandler });
  const end = async () => {
    while (analytics.queue.length) await analytics.flush();
    await analytics.pendingFlush;
  };
  return { analytics, end };
}

async function main() {
  const { analytics, end } = { segment, rudder }[sdk]();
  analytics.page({ anonymousId: "a1", name: "Home", properties: { url: "https://shop.example/" } });
  analytics.alias({ previousId: "a1", userId: "u1" });
  analytics.identify({ userId: "u1", traits: { email: "anna@web.example", firstName: "Anna", lastName: "Bérg 💚" } });
  analytics.group({ userId: "u1", groupId: "g1", traits: { name: "Kontor GmbH" } });
  const properties = { order_id: "O1", total: "12.50", currency: "EUR" };
  analytics.track({ userId: "u1", event: "Order Completed", properties, timestamp: new Date("2026-05-01T10:00:00Z") });
  for (let number = 0; number < burst; number++) {
    const messageId = `b${number}`;
    analytics.track({ userId: `v${number % 10}`, event: "Product Viewed", properties: { sku: `T${number}` }, messageId });
    if (number === burst / 2) console.log("half");
    if (number % 20 === 0) await pause();
  }
  await end();
  console.log("done");
}

main();
