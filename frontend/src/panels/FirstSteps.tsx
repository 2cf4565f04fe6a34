import { type ReactNode, useState } from "react";
import { useSendPost } from "../api/posts";
import { BLUESKY, EXAMPLE, SYNTHETIC, useSource, useSwitchSource } from "../api/sources";
import type { SourceState } from "../api/types";
import { isOn } from "../lib/sources";
import { CopyLine } from "../ui/CopyLine";
import form from "../ui/Form.module.css";
import { Icon, type IconName } from "../ui/Icon";
import classes from "./FirstSteps.module.css";

/** Ways to bring the first post in: each is one click or one line to copy. */
export default function FirstSteps() {
  return (
    <section className={classes.page} aria-labelledby="first-steps" data-testid="first-steps">
      <h1 id="first-steps">Nothing to show yet – bring in the first posts</h1>
      <p className={classes.lead}>
        SentiStream is running and listening. This page turns into the dashboard by itself.
      </p>
      <div className={classes.steps}>
        <Simulated />
        <Bluesky />
        <Example />
        <OnePost />
      </div>
    </section>
  );
}

function Simulated() {
  const source = useSwitchSource(SYNTHETIC);
  return (
    <Step
      icon="play"
      title="Watch simulated posts"
      text="The built-in generator writes believable posts from several platforms, a day of history first, all marked as simulated."
      hint="They last until this server ends. To have them at every start:"
      line="sentistream up --source synthetic"
      action={
        <Action
          title="Start simulated posts"
          disabled={source.isPending || source.isSuccess}
          said={source.isSuccess ? "Started. The first posts are being read." : ""}
          error={source.error}
          onClick={() => source.mutate("start")}
        />
      }
    />
  );
}

function Example() {
  const source = useSwitchSource(EXAMPLE);
  return (
    <Step
      icon="clock"
      title="Replay a file"
      text="JSONL or CSV, at many times its own speed; the dates are mapped onto the present. The bundled example, two days of simulated posts, takes about a minute."
      hint="Your own, in a second terminal, in the folder and with the settings of this server:"
      line="sentistream ingest --source file:posts.jsonl --speed 600"
      action={
        <Action
          title="Replay the example"
          disabled={source.isPending || source.isSuccess}
          said={source.isSuccess ? "Started. The first posts are being read." : ""}
          error={source.error}
          onClick={() => source.mutate("start")}
        />
      }
    />
  );
}

function Bluesky() {
  const source = useSwitchSource(BLUESKY);
  const state = useSource(BLUESKY).data;
  const on = state !== undefined && isOn(state);
  const problem = on && state.error !== null ? new Error(state.error) : null;
  return (
    <Step
      icon="posts"
      title="Listen to Bluesky"
      text="Public posts of the Bluesky network as people write them, all English ones: no account, no key."
      hint="Only those that mention your words, at every start:"
      line={`SENTISTREAM_BLUESKY_KEYWORDS="acme, acme app" sentistream up --source bluesky`}
      action={
        <Action
          title={on ? "Stop listening" : "Start listening"}
          disabled={source.isPending}
          said={on ? connection(state) : ""}
          error={source.error ?? problem}
          onClick={() => source.mutate(on ? "stop" : "start")}
        />
      }
    />
  );
}

/** The cursor names the server once one has said something. */
function connection(source: SourceState): string {
  return source.cursor?.server ? "Connected. The next post is read at once." : "Connecting…";
}

function OnePost() {
  const [post] = useState(() => ({
    post_id: "hello-1",
    source: "twitter",
    content: "The new app is a joy to use!",
    created_at: new Date().toISOString(),
    product: "Mobile App",
    location: "Chicago, IL",
  }));
  const sending = useSendPost();
  const url = `${window.location.origin}/api/v1/posts`;
  return (
    <Step
      icon="plug"
      title="Send a post by HTTP"
      text="It appears here the moment it is analysed; nothing needs a reload."
      hint="The same from anywhere:"
      line={`curl -H 'Content-Type: application/json' ${url} -d '${JSON.stringify(post)}'`}
      action={
        <Action
          title="Send this post"
          disabled={sending.isPending || sending.isSuccess}
          said={sending.isSuccess ? "Accepted. It is being read." : ""}
          error={sending.error}
          onClick={() => sending.mutate(post)}
        />
      }
    />
  );
}

interface StepProps {
  icon: IconName;
  title: string;
  text: string;
  /** What the line is for, or where to run it. */
  hint: string;
  line: string;
  action: ReactNode;
}

function Step({ icon, title, text, hint, line, action }: StepProps) {
  return (
    <article className={classes.step}>
      <span className={classes.icon}>
        <Icon name={icon} size={20} />
      </span>
      <h2>{title}</h2>
      <p className={classes.text}>{text}</p>
      {action}
      <p className={classes.hint}>{hint}</p>
      <CopyLine text={line} />
    </article>
  );
}

interface ActionProps {
  title: string;
  disabled: boolean;
  /** What has come of it; empty before. */
  said: string;
  error: Error | null;
  onClick(): void;
}

function Action({ title, disabled, said, error, onClick }: ActionProps) {
  return (
    <div className={classes.action}>
      <button type="button" className={form.primary} disabled={disabled} onClick={onClick}>
        {title}
      </button>
      <p role="status" className={error ? form.error : form.note}>
        {error?.message ?? said}
      </p>
    </div>
  );
}
