// The limits of passing requests on to node agents, each with its reason.

/** How long a node agent may take to accept a connection; longer means that the node is away. */
export const TARGET_CONNECT_MS_MAX = 10_000;
/** How long it may take to begin an answer: it may have to ask the container runtime. */
export const TARGET_ANSWER_MS_MAX = 60_000;
