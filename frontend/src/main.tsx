import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./ui/styles";
import "./ui/preferences";
import { App } from "./App";
import { showEarly } from "./live/early";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with id root.");
await showEarly();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
