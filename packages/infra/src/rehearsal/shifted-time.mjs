/** Gives a process the rehearsal's time, as settings in its environment: the table's leases and blocks are in it. */
const { startedAt, speed, jumpedMs } = JSON.parse(process.env.REHEARSAL_TIME ?? "");
const realNow = Date.now.bind(Date);
Date.now = () => Math.round(startedAt + (realNow() - startedAt) * speed + jumpedMs);
