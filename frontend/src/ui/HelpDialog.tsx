import { Kbd, Modal } from "@mantine/core";
import classes from "./HelpDialog.module.css";

const KEYS: readonly (readonly [string, string])[] = [
  ["Ctrl K", "Commands: pages, filters, search, by name (⌘ K)"],
  ["/", "Search in posts"],
  ["j k", "Down and up in a list; Enter opens what is there"],
  ["p", "Pause the feed, or go on"],
  ["w", "Wallboard: one thing at a time, in turn; space holds it, arrows step, Esc ends it"],
  ["t", "Theme: as the system, light, dark"],
  ["1 2 3", "Correct the open post: positive, neutral, negative"],
  ["u", "Take the correction of the open post back"],
  ["?", "This help"],
  ["Esc", "Close, or leave the search"],
];

export default function HelpDialog({ onClose }: { onClose(): void }) {
  return (
    <Modal opened onClose={onClose} title="Help" centered closeButtonProps={{ "aria-label": "Close" }}>
      <dl className={classes.keys}>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className={classes.notes}>
        <p>
          <strong>Numbers.</strong> Charts go by the time a post was written, “arriving” by the time it came
          in. Shares are of scored posts; posts that no model could read are counted apart.
        </p>
        <p>
          <strong>Readings.</strong> Emotions, churn risk and toxicity are probabilities. They are absent, not
          zero, where the model does not read them. A post is marked as toxic from 50 % on, for churn risk
          from the threshold in the settings on.
        </p>
        <p>
          <strong>Links.</strong> Every filter is in the address: a copied link shows the same screen.
        </p>
        <p>
          <strong>Programs.</strong> Everything here comes from the <a href="/docs">API</a>.
        </p>
      </div>
    </Modal>
  );
}
