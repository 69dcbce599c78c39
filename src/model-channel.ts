/** The descriptor on which the core speaks to its model process. */
export const MODEL_CHANNEL = 3;
