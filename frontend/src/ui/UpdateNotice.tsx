import { useEffect, useState } from "react";
import { Icon } from "./Icon";
import notice from "./Notice.module.css";
import classes from "./UpdateNotice.module.css";

const LOOK_MS = 3_600_000;

/** Says that the server has a newer dashboard than the one on the screen, and loads it when asked to. */
export function UpdateNotice() {
  const waiting = useWaitingWorker();
  const [dismissed, setDismissed] = useState<ServiceWorker | null>(null);
  return (
    <div className={`${notice.place} ${classes.above}`} role="status">
      {waiting && waiting !== dismissed && (
        <p className={notice.notice} data-testid="update">
          <Icon name="refresh" size={16} /> There is a new version of this page.
          <button type="button" className={classes.load} onClick={() => waiting.postMessage("take over")}>
            Load it
          </button>
          <button type="button" aria-label="Later" onClick={() => setDismissed(waiting)}>
            <Icon name="close" size={14} />
          </button>
        </p>
      )}
    </div>
  );
}

/** The worker of a newer version, once it is ready; registers ours on the way. */
function useWaitingWorker(): ServiceWorker | null {
  const [waiting, setWaiting] = useState<ServiceWorker | null>(null);
  useEffect(() => {
    // Absent on http addresses other than this machine's, and while developing.
    const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    if (!workers || !import.meta.env.PROD) return;
    let registration: ServiceWorkerRegistration | null = null;
    const look = () => {
      if (!document.hidden)
        registration?.update().catch(() => console.info("No newer version could be looked for."));
    };
    // The first worker takes over a page that it did not serve: only another one's turn is an update.
    const controlled = workers.controller !== null;
    const reload = () => controlled && window.location.reload();
    workers.addEventListener("controllerchange", reload);
    workers
      .register("/service-worker.js")
      .then((found) => {
        registration = found;
        const note = () => setWaiting(workers.controller ? found.waiting : null);
        note();
        found.addEventListener("updatefound", () => found.installing?.addEventListener("statechange", note));
      })
      .catch((error: unknown) =>
        console.warn("The files of this page are not kept for the next time.", error),
      );
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      workers.removeEventListener("controllerchange", reload);
    };
  }, []);
  return waiting;
}
