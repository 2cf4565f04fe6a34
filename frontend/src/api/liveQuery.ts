import {
  type DefaultError,
  type QueryKey,
  type UseQueryOptions,
  type UseQueryResult,
  useQuery,
} from "@tanstack/react-query";
import { createContext, useContext, useEffect, useRef } from "react";

/** Whether what asks can be seen, or soon. */
export const InView = createContext(true);

/** Like `useQuery`; out of view it shows what it has and asks for nothing new until it is seen again. */
export function useLiveQuery<Answer, Data = Answer, Key extends QueryKey = QueryKey>(
  options: UseQueryOptions<Answer, DefaultError, Data, Key>,
): UseQueryResult<Data> {
  const inView = useContext(InView);
  const answered = useRef(false);
  // Who was seen once is not left without anything.
  const query = useQuery({ ...options, subscribed: inView || !answered.current });
  useEffect(() => {
    answered.current ||= query.data !== undefined;
  });
  return query;
}
