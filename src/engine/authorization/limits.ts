// How much an index of rights remembers of what it has worked out. Above, it forgets all and starts anew.

/** People whose rules are remembered: users, service accounts and nodes that are active at one time. */
export const PEOPLE_REMEMBERED_MAX = 4096;
/** Answers remembered for each person: verbs times resources times namespaces that one person works with. */
export const ANSWERS_REMEMBERED_MAX = 4096;
