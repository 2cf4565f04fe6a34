import classes from "./Choose.module.css";

/** The box that chooses one of a list. */
export function Choose({ name, chosen, toggle }: { name: string; chosen: boolean; toggle(): void }) {
  return (
    <label className={classes.choose}>
      <input type="checkbox" checked={chosen} onChange={toggle} aria-label={name} />
    </label>
  );
}
