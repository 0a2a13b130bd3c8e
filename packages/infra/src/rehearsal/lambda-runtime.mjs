/**
 * What Lambda does around a bundled handler: imports it once, hands it one event at a time, and tells what it answered.
 * The parent gives the bundle as an argument, and events and the time as messages.
 */
const realNow = Date.now.bind(Date);
let time = { startedAt: realNow(), speed: 1, jumpedMs: 0 };
Date.now = () => Math.round(time.startedAt + (realNow() - time.startedAt) * time.speed + time.jumpedMs);

const { handler } = await import(process.argv[2] ?? "");

process.on("message", async (message) => {
  time = message.time;
  try {
    const answer = await handler(message.event, { awsRequestId: message.id });
    process.send?.({ id: message.id, answer: answer ?? null });
  } catch (error) {
    process.send?.({
      id: message.id,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
});
process.send?.({ ready: true });
