/** Whether the built web UI is as new as its sources. */
export function isWebBuilt(): boolean;
/** @returns whether it built */
export function buildWeb(): boolean;
