import {
  cloneElement,
  type KeyboardEvent,
  lazy,
  type ReactElement,
  type ReactNode,
  type Ref,
  Suspense,
  useId,
  useRef,
  useState,
} from "react";
import type { PopupBodyProps } from "./PopupBody";

const PopupBody = lazy(() => import("./PopupBody"));

interface Pressed {
  ref?: Ref<HTMLButtonElement>;
  id?: string;
  onClick?(): void;
  onKeyDown?(event: KeyboardEvent): void;
  "aria-haspopup"?: "dialog";
  "aria-expanded"?: boolean;
  "aria-controls"?: string | undefined;
}

interface PopupProps extends Pick<PopupBodyProps, "position" | "width" | "trapFocus" | "className"> {
  opened: boolean;
  onChange(opened: boolean): void;
  /** The button that opens it. */
  target: ReactElement<Pressed>;
  children: ReactNode;
}

/** A button and what drops down from it; the code for that comes when it is first opened. */
export function Popup({ opened, onChange, target, children, ...look }: PopupProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [wanted, setWanted] = useState(opened);
  if (opened && !wanted) setWanted(true);
  return (
    <>
      {cloneElement(target, {
        ref: button,
        id,
        onClick: () => onChange(!opened),
        onKeyDown: ({ key }) => key === "Escape" && opened && onChange(false),
        "aria-haspopup": "dialog",
        "aria-expanded": opened,
        "aria-controls": opened ? `${id}-dropdown` : undefined,
      })}
      {wanted && (
        <Suspense>
          <PopupBody id={id} anchor={button} opened={opened} onChange={onChange} {...look}>
            {children}
          </PopupBody>
        </Suspense>
      )}
    </>
  );
}
