import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://127.0.0.1:8000/" } },
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing.ts"],
    // Longer than what a test waits for on a busy machine.
    testTimeout: 20_000,
    // One zone for every machine, with daylight saving, so that formatting is tested where it is hard.
    env: { TZ: "Europe/Berlin" },
    css: false,
  },
});
