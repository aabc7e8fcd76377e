// Counts down the stock; stops at once when it is told to.
const timer = setInterval(() => console.log("stock checked"), Number(process.env.EVERY_MS || 5000));
process.on("SIGTERM", () => { clearInterval(timer); process.exit(0); });
