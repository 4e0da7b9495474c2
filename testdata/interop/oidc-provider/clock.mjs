// A clock that is ahead of the client's: to the server, the client's is slow.

const ahead = Number.parseInt(process.env.CLOCK_AHEAD ?? '0', 10) * 1000;

if (ahead !== 0) {
  const now = Date.now;
  Date.now = () => now() + ahead;
  globalThis.Date = class extends Date {
    constructor(...args) {
      if (args.length === 0) super(now() + ahead);
      else super(...args);
    }
  };
}
