import { CopyLine } from "../ui/CopyLine";
import { Icon, type IconName } from "../ui/Icon";
import classes from "./FirstSteps.module.css";

interface Step {
  icon: IconName;
  title: string;
  text: string;
  line: string;
}

/** Ways to bring the first post in; each is one line to copy. */
function stepsAt(origin: string): readonly Step[] {
  const post = JSON.stringify({
    post_id: "hello-1",
    source: "twitter",
    content: "The new app is a joy to use!",
    created_at: new Date().toISOString(),
    product: "Mobile App",
    location: "Chicago, IL",
  }).replaceAll("'", "");
  return [
    {
      icon: "play",
      title: "Watch simulated posts",
      text: "The built-in generator writes believable posts from several platforms, marked as simulated.",
      line: "sentistream up --source synthetic",
    },
    {
      icon: "clock",
      title: "Replay a file",
      text: "JSONL or CSV, at many times its own speed; the dates are mapped onto the present.",
      line: "sentistream up --source file:posts.jsonl --speed 600",
    },
    {
      icon: "plug",
      title: "Send a post by HTTP",
      text: "It appears here the moment it is analysed; nothing needs a reload.",
      line: `curl -H 'Content-Type: application/json' ${origin}/api/v1/posts -d '${post}'`,
    },
  ];
}

export function FirstSteps() {
  return (
    <section className={classes.page} aria-labelledby="first-steps" data-testid="first-steps">
      <h1 id="first-steps">Nothing to show yet – bring in the first posts</h1>
      <p className={classes.lead}>
        SentiStream is running and listening. This page turns into the dashboard by itself.
      </p>
      <div className={classes.steps}>
        {stepsAt(window.location.origin).map(({ icon, title, text, line }) => (
          <article key={title} className={classes.step}>
            <span className={classes.icon}>
              <Icon name={icon} size={20} />
            </span>
            <h2>{title}</h2>
            <p>{text}</p>
            <CopyLine text={line} />
          </article>
        ))}
      </div>
    </section>
  );
}
