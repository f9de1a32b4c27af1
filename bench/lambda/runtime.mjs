/**
 * Stands for Lambda's runtime: loads the bundle of argv[2] and calls its handler with each event that it is sent. Plain
 * JavaScript, because stripping types would cost memory and time in the very process that is measured.
 */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const megabytes = () => process.resourceUsage().maxRSS / 1_024;

const boot = { wallMs: performance.now(), cpuMs: cpuMs() };
const { handler } = await import(process.argv[2]);
const ready = { wallMs: performance.now(), cpuMs: cpuMs() };
process.send({ boot, ready, megabytes: megabytes() });

process.on('message', async (event) => {
  const began = { wallMs: performance.now(), cpuMs: cpuMs() };
  try {
    const result = await handler(event, { functionName: 'bench' });
    const wallMs = performance.now() - began.wallMs;
    process.send({ wallMs, cpuMs: cpuMs() - began.cpuMs, megabytes: megabytes(), result });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
