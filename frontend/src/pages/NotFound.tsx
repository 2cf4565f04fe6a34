import { Link } from "react-router";
import { Logo } from "../ui/Logo";
import classes from "./NotFound.module.css";

export function NotFound() {
  return (
    <main className={classes.page}>
      <Logo size={44} />
      <h1>There is nothing at this address</h1>
      <p>The link may be old, or mistyped.</p>
      <Link to="/">Go to the dashboard</Link>
    </main>
  );
}
